/* SPDX-License-Identifier: MPL-2.0 */
/* Finding the real libc functions, without dlsym: that one is among what is looked for. */
#include "host/libc.h"

#include "base/arch.h"
#include "host/objects.h"

struct zg_libc zg_libc;

struct entry {
    const char *name;
    const char *version; /* NULL: the default one */
    uint16_t offset;     /* of the pointer in struct zg_libc */
};

static const struct entry entries[] = {
#define ZG_LIBC(name)          {#name, NULL, offsetof(struct zg_libc, name)},
#define ZG_LIBC_COND(name)     {#name, ZG_ARCH_COND_VERSION, offsetof(struct zg_libc, name)},
#define ZG_LIBC_AS(name, type) {#name, NULL, offsetof(struct zg_libc, name)},
#include "host/libc.def"
#undef ZG_LIBC
#undef ZG_LIBC_COND
#undef ZG_LIBC_AS
};

#define ENTRIES ZG_COUNT(entries)

struct search {
    uint32_t hashes[ENTRIES];
    bool behind_us;  /* the guard was passed */
    bool everywhere; /* second pass: also objects before the guard */
};

static uintptr_t *pointer_of(const struct entry *e)
{
    return (uintptr_t *)(void *)((char *)&zg_libc + e->offset);
}

static void look_in(const struct zg_elf *elf, const struct search *search)
{
    for (size_t i = 0; i < ENTRIES; i++) {
        uintptr_t *pointer = pointer_of(&entries[i]);
        uintptr_t found;

        if (__atomic_load_n(pointer, __ATOMIC_RELAXED) != 0)
            continue;
        found = zg_elf_find(elf, entries[i].name, search->hashes[i], entries[i].version);
        if (found != 0)
            __atomic_store_n(pointer, found, __ATOMIC_RELAXED);
    }
}

static bool look_behind_us(const struct zg_object *object, void *arg)
{
    uintptr_t here = (uintptr_t)&zg_libc;
    struct search *search = arg;
    struct zg_elf elf;

    if (here - object->start < object->end - object->start)
        search->behind_us = true;
    else if (search->behind_us || search->everywhere)
        if (zg_elf_open(&elf, object->base, object->dynamic))
            look_in(&elf, search);
    return true;
}

void zg_libc_init(void)
{
    struct search search = {.behind_us = false};

    for (size_t i = 0; i < ENTRIES; i++)
        search.hashes[i] = zg_elf_hash(entries[i].name);
    zg_objects_each(0, look_behind_us, &search);
    if (zg_libc.dlsym != NULL && zg_libc.pthread_mutex_lock != NULL)
        return;
    /* The guard was loaded after libc: by dlopen, not LD_PRELOAD. */
    search.everywhere = true;
    zg_objects_each(0, look_behind_us, &search);
}
