/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The objects (program, libraries) that are loaded in this process's own link-map namespace.
 *
 * There are two views. zg_objects_each() walks the loader's list itself; the objects cannot be
 * unmapped while it runs. zg_object_at() looks an address up in a copy of that list without any
 * lock, for reports and hooks; the copy is as old as the last zg_objects_refresh().
 *
 * Lock order: the loader's list lock (which dl_iterate_phdr takes; not the one that it holds while
 * constructors run), then the rank OBJECTS (base/lock.h).
 */
#ifndef ZG_HOST_OBJECTS_H
#define ZG_HOST_OBJECTS_H

#include "host/elf.h"

#define ZG_BUILD_ID_MAX 32

struct zg_object {
    const char *path;               /* never freed when it comes from zg_object_at(); never NULL */
    uintptr_t base;                 /* load bias: module offset = address - base */
    uintptr_t start, end;           /* all that it maps */
    uintptr_t text_start, text_end; /* its executable segments; equal when it has none */
    uintptr_t relro_start, relro_end;
    const ElfW(Dyn) * dynamic;
    uint32_t order; /* place in the loader's list: 0 is the program */
    bool rpath;     /* has a DT_RPATH that counts; */
    bool runpath;   /* has a DT_RUNPATH: known in what zg_object_at() gives only */
    uint32_t build_id_len;
    uint8_t build_id[ZG_BUILD_ID_MAX];
};

/* Compares the loader's counters and reads its list again when something was loaded or unloaded.
 * Takes the loader's list lock: call it without a lock of ours. About 50 ns when nothing changed.
 * Returns true when the list was read again. Nothing happens when it cannot be had at the moment:
 * zg_fork_list_enter(). */
bool zg_objects_refresh(void);
/* Changes with every load (objects ever loaded) and every unload, as of the last refresh. */
void zg_objects_counters(uint64_t *loads, uint64_t *unloads);

/* The object that maps the address: copied to *out. Lock-free, async-signal-safe. */
bool zg_object_at(uintptr_t address, struct zg_object *out);
/* The guard itself. */
bool zg_object_self(struct zg_object *out);
/* The program. */
bool zg_object_of_program(struct zg_object *out);
/* Objects now in the copy. */
uint32_t zg_objects_count(void);

/* Has an object other than the program a DT_RPATH? It then takes part in what dlopen finds. */
bool zg_objects_use_rpath(void);

/*
 * Visits the loaded objects in the loader's order (program, preloads, needed ones breadth first,
 * then what was opened later), those with order >= first, until visit returns false. Inside, the
 * loader must not be called; object->path lives as long as the visit. False: the list cannot be had
 * at the moment, or never more: zg_fork_list_enter().
 */
bool zg_objects_each(uint32_t first, bool (*visit)(const struct zg_object *object, void *arg),
                     void *arg);

/* dl_iterate_phdr(3), past any sanitizer's runtime. Takes the loader's list lock. */
void zg_objects_iterate(int (*visit)(struct dl_phdr_info *info, size_t size, void *arg), void *arg);
/* Fills in what the program headers say; base is set already. The object is mapped. */
void zg_object_read_segments(struct zg_object *o, const ElfW(Phdr) * phdr, size_t count);
/* For a child after fork. */
void zg_objects_after_fork(void);

#endif
