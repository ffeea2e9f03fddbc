/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Symbol tables and code of an ELF file on disk, read with pread: a file that shrinks or lies does
 * no harm. Used in the process, by the command and by a fuzz target; allocates nothing but what it
 * maps.
 */
#ifndef ZG_HOST_SYMBOL_FILE_H
#define ZG_HOST_SYMBOL_FILE_H

#include <link.h>

#include "base/compiler.h"

#define ZG_TEXT_SEGMENTS 8

/* What the program headers say of code, in the file's own numbering. */
struct zg_symbol_text {
    uint32_t count;
    struct {
        uint64_t start, end; /* addresses */
        uint64_t offset;     /* in the file */
    } of[ZG_TEXT_SEGMENTS];
};

/* One symbol table. Names are cut off where the string table ends; there is always a NUL. */
struct zg_symbol_table {
    const ElfW(Sym) * symbols;
    uint32_t count;
    const char *strings;
    uint64_t strings_size;
    void *mapped[2];
    size_t mapped_size[2];
};

#define ZG_SYMBOL_SEGMENTS 64
/* The program headers: how many, or -ZG_EINVAL when it is no 64-bit ELF file of this byte order. */
int zg_symbol_segments_read(int fd, ElfW(Phdr) segments[ZG_SYMBOL_SEGMENTS]);
/* 0 or -ZG_EINVAL. */
int zg_symbol_text_read(int fd, struct zg_symbol_text *text);
/* Does [start, end) lie in one segment of code? */
bool zg_symbol_text_covers(const struct zg_symbol_text *text, uint64_t start, uint64_t end);
/* Reads the file's bytes of code at [address, address + len). 0 or -ZG_EINVAL. */
int zg_symbol_text_bytes(int fd, const struct zg_symbol_text *text, uint64_t address, void *bytes,
                         size_t len);

/* The first table of this type (SHT_DYNSYM, SHT_SYMTAB) if its names hold `name`: 0, else
 * -ZG_ENOENT (no such table, or not in it), -ZG_EINVAL (broken), -ZG_ENOMEM. The names are looked
 * through before anything is mapped: most files are done with that. */
int zg_symbol_table_read(int fd, uint32_t type, const char *name, struct zg_symbol_table *table);
void zg_symbol_table_free(struct zg_symbol_table *table);
/* "" for one that is out of bounds. */
const char *zg_symbol_table_name(const struct zg_symbol_table *table, const ElfW(Sym) * symbol);

#define ZG_BUILD_ID_PATH 128
/* Where distributions put the separate debug file: /usr/lib/debug/.build-id/xx/yyyy….debug. False
 * without a build-id. */
bool zg_symbol_debug_path(const uint8_t *build_id, uint32_t len, char path[ZG_BUILD_ID_PATH]);

#endif
