/* SPDX-License-Identifier: MPL-2.0 */
/* Finding the real libc functions, without dlsym: that one is among what is looked for. */
#include "host/libc.h"

#include <errno.h>
#include <link.h>
#include <sys/auxv.h>

#include "base/arch.h"
#include "base/str.h"
#include "host/elf.h"
#include "host/objects.h"

struct zg_libc zg_libc;
struct zg_libc_own zg_libc_own;

struct entry {
    const char *name;
    const char *version; /* NULL: the default one */
    uint16_t offset;     /* of the pointer in its struct */
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

#define ZG_OWN(name)                                                                               \
    {                                                                                              \
#name, NULL, offsetof(struct zg_libc_own, name)                                            \
    }
static const struct entry own_entries[] = {
    ZG_OWN(__libc_dlopen_mode), ZG_OWN(dlopen), ZG_OWN(dlclose), ZG_OWN(dlerror),
    ZG_OWN(dl_iterate_phdr),    ZG_OWN(fflush),
};

#define ENTRIES ZG_COUNT(entries)

struct search {
    uint32_t hashes[ENTRIES];
    bool behind_us;  /* the guard was passed */
    bool everywhere; /* second pass: also objects before the guard */
};

static void fill(void *table, const struct entry *e, uint32_t hash, const struct zg_elf *elf)
{
    uintptr_t *pointer = (uintptr_t *)(void *)((char *)table + e->offset);
    uintptr_t found;

    if (__atomic_load_n(pointer, __ATOMIC_RELAXED) != 0)
        return;
    found = zg_elf_find(elf, e->name, hash, e->version);
    if (found != 0)
        __atomic_store_n(pointer, found, __ATOMIC_RELAXED);
}

/* Threads, dlopen() and its kin, and message queues moved into libc with 2.34; the old files stay,
 * without them. */
static bool is_c_library(const char *path)
{
    const char *slash = strrchr(path, '/');
    const char *base = slash != NULL ? slash + 1 : path;

    return zg_str_equal(base, "libc.so.6") || zg_str_equal(base, "libdl.so.2") ||
           zg_str_equal(base, "libpthread.so.0") || zg_str_equal(base, "librt.so.1");
}

static void look_in(const char *path, const struct zg_elf *elf, const struct search *search)
{
    if (search->behind_us || search->everywhere) {
        for (size_t i = 0; i < ENTRIES; i++)
            fill(&zg_libc, &entries[i], search->hashes[i], elf);
    }
    if (is_c_library(path)) {
        for (size_t i = 0; i < ZG_COUNT(own_entries); i++)
            fill(&zg_libc_own, &own_entries[i], zg_elf_hash(own_entries[i].name), elf);
    }
}

/* Where the loader keeps its list for debuggers: the program's dynamic section has the address. */
static const struct r_debug *debug_list(void)
{
    const ElfW(Phdr) *ph = (const ElfW(Phdr) *)getauxval(AT_PHDR);
    const ElfW(Dyn) *dynamic = NULL;
    uintptr_t bias = 0;

    for (size_t i = 0; ph != NULL && i < getauxval(AT_PHNUM); i++)
        if (ph[i].p_type == PT_PHDR)
            bias = (uintptr_t)ph - ph[i].p_vaddr;
    for (size_t i = 0; ph != NULL && i < getauxval(AT_PHNUM); i++)
        if (ph[i].p_type == PT_DYNAMIC)
            dynamic = (const ElfW(Dyn) *)(bias + ph[i].p_vaddr);
    for (; dynamic != NULL && dynamic->d_tag != DT_NULL; dynamic++)
        if (dynamic->d_tag == DT_DEBUG)
            return (const struct r_debug *)dynamic->d_un.d_ptr;
    return NULL;
}

/*
 * The loader's own list, in which the order is the one of symbol search. Not dl_iterate_phdr(): a
 * sanitizer's runtime stands in front of that, and while it starts it calls dlsym(), that is us,
 * before it can serve it (test/cli/tools.sh). False when there is no such list.
 */
static bool look_behind_us(struct search *search)
{
    const struct r_debug *debug = debug_list();

    search->behind_us = false;
    for (const struct link_map *m = debug == NULL ? NULL : debug->r_map; m != NULL; m = m->l_next) {
        struct zg_elf elf;

        if (m->l_ld == _DYNAMIC) /* of this very object */
            search->behind_us = true;
        else if (zg_elf_open(&elf, m->l_addr, m->l_ld))
            look_in(m->l_name, &elf, search);
    }
    return search->behind_us;
}

static bool look_at_object(const struct zg_object *object, void *arg)
{
    uintptr_t here = (uintptr_t)&zg_libc;
    struct search *search = arg;
    struct zg_elf elf;

    if (here - object->start < object->end - object->start)
        search->behind_us = true;
    else if (zg_elf_open(&elf, object->base, object->dynamic))
        look_in(object->path, &elf, search);
    return true;
}

static void look(struct search *search)
{
    /* The guard may be in another namespace than the program: that list lacks it. */
    if (!look_behind_us(search))
        (void)zg_objects_each(0, look_at_object, search);
}

void zg_libc_init(void)
{
    struct search search = {.behind_us = false};

    for (size_t i = 0; i < ENTRIES; i++)
        search.hashes[i] = zg_elf_hash(entries[i].name);
    look(&search);
    if (zg_libc.dlsym != NULL && zg_libc.pthread_mutex_lock != NULL)
        return;
    /* The guard was loaded after libc: by dlopen, not LD_PRELOAD. */
    search.everywhere = true;
    look(&search);
}

static const char *name_of(const void *entry)
{
    size_t in_table = (uintptr_t)entry - (uintptr_t)&zg_libc;
    size_t in_own = (uintptr_t)entry - (uintptr_t)&zg_libc_own;

    if (in_table < sizeof(zg_libc))
        return entries[in_table / sizeof(uintptr_t)].name;
    for (size_t i = 0; i < ZG_COUNT(own_entries); i++) {
        if (own_entries[i].offset == in_own)
            return own_entries[i].name;
    }
    return "";
}

/* The file that has the function before glibc 2.34, where that is not libc itself. */
static const char *file_with(const char *name)
{
    static const char *const of_threads[] = {"pthread_", "sem_", "thrd_",
                                             "mtx_",     "cnd_", "call_once"};

    if (zg_str_starts(name, "dl"))
        return "libdl.so.2";
    if (zg_str_starts(name, "mq_"))
        return "librt.so.1";
    for (size_t i = 0; i < ZG_COUNT(of_threads); i++) {
        if (zg_str_starts(name, of_threads[i]))
            return "libpthread.so.0";
    }
    return NULL;
}

/* glibc's own bit for "not while the program starts" (include/dlfcn.h). */
#define MODE_DLOPEN ((int)0x80000000U)

void zg_libc_need(const void *entry)
{
    const char *file = file_with(name_of(entry));
    int saved = errno;

    zg_libc_init();
    if (__atomic_load_n((const uintptr_t *)entry, __ATOMIC_RELAXED) == 0 && file != NULL &&
        zg_libc_own.__libc_dlopen_mode != NULL &&
        zg_libc_own.__libc_dlopen_mode(file, RTLD_NOW | MODE_DLOPEN) != NULL)
        zg_libc_init();
    errno = saved;
}

bool zg_libc_defines(const char *name, uintptr_t address)
{
    struct zg_object object;
    struct zg_elf elf;
    size_t i = 0;

    while (i < ENTRIES && !zg_str_equal(entries[i].name, name))
        i++;
    return i < ENTRIES && zg_object_at(address, &object) && is_c_library(object.path) &&
           zg_elf_open(&elf, object.base, object.dynamic) &&
           zg_elf_find(&elf, name, zg_elf_hash(name), entries[i].version) == address;
}

bool zg_libc_has(uintptr_t address)
{
    struct zg_object object;

    return zg_object_at(address, &object) && is_c_library(object.path);
}
