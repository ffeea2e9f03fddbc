/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Reading an ELF object that is mapped in this process: its symbols and its relocations, without
 * the dynamic loader and so without the loader's lock.
 *
 * The object must not be unmapped meanwhile: call these inside of zg_objects_each(), or for an
 * object that cannot go (libc, the guard, the program).
 */
#ifndef ZG_HOST_ELF_H
#define ZG_HOST_ELF_H

#include <link.h>

#include "base/compiler.h"

/* What the dynamic section says, as addresses in this process; NULL or 0 where it says nothing. */
struct zg_elf {
    uintptr_t base; /* load bias */
    const ElfW(Sym) * symbols;
    const char *strings;
    const uint32_t *gnu_hash;
    const uint32_t *sysv_hash;
    const ElfW(Half) * versions; /* per symbol: index | 0x8000 when hidden */
    const ElfW(Verdef) * version_defs;
    uint32_t version_def_count;
    const ElfW(Rela) * plt_relocs;
    size_t plt_reloc_count;
    const ElfW(Rela) * relocs;
    size_t reloc_count;
    size_t relative_count; /* so many come first that name no symbol */
    bool has_rpath;        /* DT_RPATH that counts, that is, without DT_RUNPATH */
    bool has_runpath;
};

/* dynamic: the object's PT_DYNAMIC in memory. False when there is none or it has no symbols. */
bool zg_elf_open(struct zg_elf *elf, uintptr_t base, const ElfW(Dyn) * dynamic);

/* The hash of DT_GNU_HASH. */
uint32_t zg_elf_hash(const char *name);
/*
 * The function (or data) that the object defines under this name: its address, 0 when there is
 * none. version: "GLIBC_2.3.2", or NULL for the default one; an object without versions matches
 * any. hash is zg_elf_hash(name). Symbols that need a resolver to run (IFUNC) do not count.
 */
uintptr_t zg_elf_find(const struct zg_elf *elf, const char *name, uint32_t hash,
                      const char *version);
uintptr_t zg_elf_symbol(const struct zg_elf *elf, const char *name);

/* The relocations that fill a slot with the address of a symbol, until visit returns true. (The
 * symbol table itself does not say where its undefined symbols end.) Returns whether one did. */
typedef bool zg_elf_slot_visitor(const struct zg_elf *elf, const ElfW(Rela) * reloc,
                                 const void *arg);
bool zg_elf_any_slot(const struct zg_elf *elf, zg_elf_slot_visitor *visit, const void *arg);
/* Its symbol, and the symbol's name. */
const ElfW(Sym) * zg_elf_slot_symbol(const struct zg_elf *elf, const ElfW(Rela) * reloc);
const char *zg_elf_slot_name(const struct zg_elf *elf, const ElfW(Rela) * reloc);

/* Number of entries in symbols up to the last defined one. */
uint32_t zg_elf_symbol_count(const struct zg_elf *elf);

#endif
