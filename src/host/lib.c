/* SPDX-License-Identifier: MPL-2.0 */
/* The copies of libzmq: finding them among the loaded objects. */
#include "host/lib.h"

#include "base/lock.h"
#include "base/str.h"
#include "host/objects.h"
#include "host/patch.h"
#include "host/python.h"
#include "host/stack.h"

struct zg_lib_ranges zg_lib_ranges;

static struct zg_lib copies[ZG_LIB_MAX];
static const struct zg_lib *published[ZG_LIB_MAX]; /* first zg_lib_ranges.count: constant */

static struct {
    struct zg_lock lock;     /* taken inside the loader's list lock, never the other way round */
    uint64_t loads, unloads; /* atomic: the loader's counters at the last scan */
    uint32_t serial;         /* guarded by lock: scans begun */
    uint32_t scanned;        /* atomic: objects of the loader's list looked at */
    const struct zg_lib *global; /* atomic: the first copy that was there at start, or NULL */
} scans;

/* One walk over the loaded objects. */
struct scan {
    bool begun;
    bool behind_us; /* the guard was passed */
    bool at_start;  /* the first scan of the process */
    uint32_t serial;
    uint32_t first;  /* objects before this place were looked at by an earlier scan */
    uint32_t passed; /* objects of the list, so far */
    uint32_t seen;   /* bit per copy */
    uint32_t hashes[ZG_OP_COUNT];
    uintptr_t between[ZG_OP_COUNT]; /* definitions of preloads between the guard and libzmq */
};

static bool is_gone(const struct zg_lib *lib)
{
    return __atomic_load_n(&lib->gone, __ATOMIC_ACQUIRE) != 0;
}

static bool in_text(const struct zg_lib *lib, uintptr_t address)
{
    return address - lib->text_start < lib->text_end - lib->text_start && !is_gone(lib);
}

static uint32_t copy_count(void)
{
    return __atomic_load_n(&zg_lib_ranges.count, __ATOMIC_ACQUIRE);
}

bool zg_lib_contains_slow(uintptr_t address)
{
    const struct zg_lib *lib = zg_lib_at(address);

    return lib != NULL && !lib->embedded;
}

const struct zg_lib *zg_lib_at(uintptr_t address)
{
    uint32_t count = copy_count();

    for (uint32_t i = 0; i < count; i++)
        if (in_text(&copies[i], address))
            return &copies[i];
    return NULL;
}

const struct zg_lib *const *zg_lib_all(uint32_t *count)
{
    *count = copy_count();
    return published;
}

uint32_t zg_lib_op_at(const struct zg_lib *lib, uintptr_t address)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (lib->own[op] == address)
            return op;
    return ZG_OP_COUNT;
}

static bool is_libzmq(const struct zg_elf *elf)
{
    static const char *const needed[] = {"zmq_ctx_new", "zmq_msg_init", "zmq_socket", "zmq_errno"};

    for (size_t i = 0; i < ZG_COUNT(needed); i++)
        if (zg_elf_symbol(elf, needed[i]) == 0)
            return false;
    return true;
}

/* What a library that is nothing but libzmq exports: its API, C++ names, and pyzmq's module. */
static bool belongs_to_libzmq(const char *name)
{
    return zg_str_starts(name, "zmq_") || zg_str_starts(name, "_") ||
           zg_str_starts(name, "PyInit_");
}

static bool exports_more(const struct zg_elf *elf)
{
    uint32_t count = zg_elf_symbol_count(elf);

    for (uint32_t i = 1; i < count; i++) {
        const ElfW(Sym) *s = &elf->symbols[i];

        if (s->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
            ELF64_ST_BIND(s->st_info) == STB_GLOBAL &&
            !belongs_to_libzmq(elf->strings + s->st_name))
            return true;
    }
    return false;
}

static void resolve(struct zg_lib *lib, const struct zg_elf *elf, const struct scan *scan,
                    bool is_global)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        uintptr_t fn = zg_elf_find(elf, zg_ops[op].name, scan->hashes[op], NULL);

        lib->own[op] = fn;
        lib->drafts = lib->drafts || (fn != 0 && zg_ops[op].status == ZG_STATUS_DRAFT);
        if (is_global && scan->between[op] != 0)
            fn = scan->between[op];
        lib->fn[op] = (zg_function *)fn;
    }
    lib->zmq_errno = (int (*)(void))zg_elf_symbol(elf, "zmq_errno");
    lib->zmq_version = (void (*)(int *, int *, int *))zg_elf_symbol(elf, "zmq_version");
    lib->zmq_strerror = (const char *(*)(int))zg_elf_symbol(elf, "zmq_strerror");
    lib->zmq_msg_data = (void *(*)(void *))zg_elf_symbol(elf, "zmq_msg_data");
}

/* Under the lock. */
static void publish_range(const struct zg_lib *lib)
{
    if (lib->index != 0 || lib->embedded)
        return;
    __atomic_store_n(&zg_lib_ranges.first, lib, __ATOMIC_RELAXED);
    __atomic_store_n(&zg_lib_ranges.first_start, lib->text_start, __ATOMIC_RELAXED);
    /* Release: a size is that of the start. */
    __atomic_store_n(&zg_lib_ranges.first_size, lib->text_end - lib->text_start, __ATOMIC_RELEASE);
}

static void withdraw_range(const struct zg_lib *lib)
{
    if (lib->index == 0)
        __atomic_store_n(&zg_lib_ranges.first_size, 0, __ATOMIC_RELAXED);
}

/* Under the lock: a record to fill, or NULL when there are too many copies. */
static struct zg_lib *free_record(uint32_t count)
{
    if (count < ZG_LIB_MAX)
        return &copies[count];
    for (uint32_t i = 1; i < ZG_LIB_MAX; i++)
        if (is_gone(&copies[i]))
            return &copies[i];
    return NULL;
}

/* Under the lock. */
static void add_copy(struct scan *scan, const struct zg_object *object, const struct zg_elf *elf)
{
    bool is_global = scan->at_start && scans.global == NULL;
    uint32_t count = zg_lib_ranges.count;
    struct zg_lib *lib = free_record(count);
    uint32_t index;

    if (lib == NULL)
        return;
    index = (uint32_t)(lib - copies);
    *lib = (struct zg_lib){.index = index,
                           .gone = 1,
                           .base = object->base,
                           .text_start = object->text_start,
                           .text_end = object->text_end,
                           .embedded = exports_more(elf)};
    (void)zg_str_copy(lib->path, sizeof(lib->path), object->path);
    resolve(lib, elf, scan, is_global);
    published[index] = lib;
    publish_range(lib);
    __atomic_store_n(&lib->gone, 0, __ATOMIC_RELEASE);
    if (index == count)
        __atomic_store_n(&zg_lib_ranges.count, count + 1, __ATOMIC_RELEASE);
    if (is_global)
        __atomic_store_n(&scans.global, lib, __ATOMIC_RELEASE);
    scan->seen |= 1U << index;
}

/* Under the lock: the record of this object, also one that was unloaded and came back. */
static struct zg_lib *known_copy(const struct zg_object *object)
{
    for (uint32_t i = 0; i < zg_lib_ranges.count; i++)
        if (copies[i].base == object->base && copies[i].text_end == object->text_end &&
            zg_str_equal(copies[i].path, object->path))
            return &copies[i];
    return NULL;
}

static void note_copy(struct scan *scan, const struct zg_object *object, const struct zg_elf *elf)
{
    struct zg_lib *lib = known_copy(object);

    if (lib == NULL) {
        add_copy(scan, object, elf);
        return;
    }
    scan->seen |= 1U << lib->index;
    if (!is_gone(lib))
        return;
    publish_range(lib);
    __atomic_store_n(&lib->gone, 0, __ATOMIC_RELEASE);
}

/* An object that stands between the guard and libzmq in the global scope and defines some of its
 * functions is another preload: a call must pass through it as it would without us. */
static void note_between(struct scan *scan, const struct zg_elf *elf)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (scan->between[op] == 0)
            scan->between[op] = zg_elf_find(elf, zg_ops[op].name, scan->hashes[op], NULL);
}

static void begin_scan(struct scan *scan)
{
    scan->begun = true;
    scan->serial = ++scans.serial;
    scan->at_start = scan->serial == 1;
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        scan->hashes[op] = zg_elf_hash(zg_ops[op].name);
}

static void scan_object(struct scan *scan, const struct zg_object *object)
{
    uintptr_t here = (uintptr_t)&zg_lib_ranges;
    struct zg_elf elf;

    if (!scan->begun)
        begin_scan(scan);
    if (here - object->start < object->end - object->start) {
        scan->behind_us = true;
        zg_lib_ranges.own_start = object->text_start;
        zg_lib_ranges.own_size = object->text_end - object->text_start;
        return;
    }
    if (!zg_elf_open(&elf, object->base, object->dynamic))
        return;
    if (is_libzmq(&elf))
        note_copy(scan, object, &elf);
    else if (scan->at_start && scan->behind_us && scans.global == NULL)
        note_between(scan, &elf);
}

static bool scan_locked(const struct zg_object *object, void *arg)
{
    zg_lock_acquire(&scans.lock);
    struct scan *scan = arg;

    scan_object(scan, object);
    scan->passed = object->order + 1;
    zg_lock_release(&scans.lock);
    return true;
}

/* Copies that a whole scan did not meet are gone, unless a later one (which saw more) has begun. */
static void end_scan(const struct scan *scan)
{
    zg_lock_acquire(&scans.lock);
    bool whole = scan->begun && scan->first == 0 && scan->serial == scans.serial;

    for (uint32_t i = 0; whole && i < zg_lib_ranges.count; i++) {
        if ((scan->seen >> i & 1) != 0 || is_gone(&copies[i]))
            continue;
        __atomic_store_n(&copies[i].gone, 1, __ATOMIC_RELEASE);
        withdraw_range(&copies[i]);
        if (scans.global == &copies[i])
            __atomic_store_n(&scans.global, NULL, __ATOMIC_RELEASE);
    }
    zg_lock_release(&scans.lock);
}

void zg_lib_refresh(void)
{
    struct scan scan = {.begun = false};
    uint64_t loads, unloads, unloads_then;

    (void)zg_objects_refresh();
    zg_objects_counters(&loads, &unloads);
    unloads_then = __atomic_load_n(&scans.unloads, __ATOMIC_RELAXED);
    if (loads == __atomic_load_n(&scans.loads, __ATOMIC_RELAXED) && unloads == unloads_then)
        return;
    if (unloads == unloads_then)
        scan.first = __atomic_load_n(&scans.scanned, __ATOMIC_RELAXED);
    zg_objects_each(scan.first, scan_locked, &scan);
    end_scan(&scan);
    if (scan.passed != 0)
        __atomic_store_n(&scans.scanned, scan.passed, __ATOMIC_RELAXED);
    zg_patch_refresh();
    zg_python_look();
    if (unloads != unloads_then)
        zg_stack_flush();
    /* Only now: who finds the counters equal finds the copies too. */
    __atomic_store_n(&scans.loads, loads, __ATOMIC_RELEASE);
    __atomic_store_n(&scans.unloads, unloads, __ATOMIC_RELEASE);
}

const struct zg_lib *zg_lib_global(void)
{
    return __atomic_load_n(&scans.global, __ATOMIC_ACQUIRE);
}

void zg_lib_mark_used(const struct zg_lib *lib)
{
    __atomic_store_n(&copies[lib->index].used, 1, __ATOMIC_RELAXED);
}

void zg_lib_after_fork(void)
{
    zg_lock_reset(&scans.lock);
    zg_objects_after_fork();
    zg_lib_bindings_after_fork();
    zg_patch_after_fork();
}
