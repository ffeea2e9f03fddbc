/* SPDX-License-Identifier: MPL-2.0 */
/* Facts about one ELF file, as the kernel and the dynamic loader would see them. */
#ifndef ZG_CLI_ELF_H
#define ZG_CLI_ELF_H

#include <libelf.h>
#include <limits.h>

#include "base/compiler.h"

struct zg_elf {
    unsigned machine;           /* EM_… */
    unsigned class;             /* ELFCLASS32, ELFCLASS64 */
    unsigned type;              /* ET_EXEC, ET_DYN, … */
    bool is_pie;                /* DF_1_PIE: a program, also without an interpreter */
    bool is_cut;                /* the file ends within what is to be loaded */
    bool has_dynamic;           /* a PT_DYNAMIC segment: the loader has something to do */
    char interpreter[PATH_MAX]; /* PT_INTERP, or "" */
    char soname[256];
    char runpath[PATH_MAX]; /* DT_RUNPATH, else DT_RPATH, or "" */
    char **needed;          /* DT_NEEDED */
    size_t needed_count;
};

/* Opens a file for libelf: *fd is -1 (and errno set) when it cannot be opened. NULL then, or when
 * it is no ELF file. zg_elf_end() in any case. */
Elf *zg_elf_begin(const char *path, int *fd);
void zg_elf_end(Elf *e, int fd);

/* 0, or -ZG_ENOENT when it cannot be opened (errno says why), or -ZG_EINVAL when it is not an ELF
 * file. zg_elf_free() after a success. */
int zg_elf_read(const char *path, struct zg_elf *elf);
void zg_elf_free(struct zg_elf *elf);

/* An executable, or a position-independent one, without a loader: no preload can reach it. */
bool zg_elf_is_static(const struct zg_elf *elf);
bool zg_elf_is_musl(const struct zg_elf *elf);
/* "x86-64", "aarch64", … and whether 32 or 64 bits; static storage. */
const char *zg_elf_machine_name(const struct zg_elf *elf);

#endif
