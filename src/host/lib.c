/* SPDX-License-Identifier: MPL-2.0 */
/* The copies of libzmq: finding them among the loaded objects. */
#include "host/lib.h"

#include "base/lock.h"
#include "base/str.h"
#include "host/blind.h"
#include "host/embedded.h"
#include "host/interpreter.h"
#include "host/lib_exports.h"
#include "host/objects.h"
#include "host/options.h"
#include "host/patch.h"
#include "host/python.h"
#include "host/scope.h"
#include "host/stack.h"

#define TOO_MANY "there are more copies than the guard keeps records of"

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
    bool loaded;    /* right after a dlopen of this thread */
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

static bool in_range(const struct zg_lib *lib, uintptr_t address)
{
    uint32_t lo = 0;
    uint32_t hi = __atomic_load_n(&lib->range_count, __ATOMIC_ACQUIRE);

    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;

        if (address < lib->ranges[mid].start)
            hi = mid;
        else if (address >= lib->ranges[mid].end)
            lo = mid + 1;
        else
            return true;
    }
    return false;
}

static bool in_text(const struct zg_lib *lib, uintptr_t address)
{
    return (address - lib->text_start < lib->text_end - lib->text_start ||
            in_range(lib, address)) &&
           !is_gone(lib);
}

static uint32_t copy_count(void)
{
    return __atomic_load_n(&zg_lib_ranges.count, __ATOMIC_ACQUIRE);
}

bool zg_lib_contains_slow(uintptr_t address)
{
    return zg_lib_at(address) != NULL;
}

bool zg_lib_may_contain_slow(uintptr_t address)
{
    uint32_t count = copy_count();

    for (uint32_t i = 0; i < count; i++)
        if (address - copies[i].mixed.start < copies[i].mixed.end - copies[i].mixed.start &&
            !is_gone(&copies[i]))
            return true;
    return zg_lib_at(address) != NULL;
}

const struct zg_lib *zg_lib_at(uintptr_t address)
{
    uint32_t count = copy_count();

    for (uint32_t i = 0; i < count; i++)
        if (in_text(&copies[i], address))
            return &copies[i];
    return NULL;
}

const struct zg_lib *zg_lib_defining(uintptr_t function)
{
    const struct zg_lib *lib = zg_lib_at(function);
    uint32_t count = copy_count();

    for (uint32_t i = 0; lib == NULL && function != 0 && i < count; i++)
        if (!is_gone(&copies[i]) && zg_lib_op_at(&copies[i], function) != ZG_OP_COUNT)
            lib = &copies[i];
    return lib;
}

const struct zg_lib *zg_lib_in_object(uintptr_t base)
{
    uint32_t count = copy_count();

    for (uint32_t i = 0; i < count; i++)
        if (copies[i].base == base && !is_gone(&copies[i]))
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

static uintptr_t text_size(const struct zg_lib *lib)
{
    return lib->text_end - lib->text_start;
}

/* Under the lock, after any change: the first copy's range stands apart. */
static void publish_ranges(void)
{
    const struct zg_lib *first = &copies[0];
    bool has_first = !is_gone(first) && text_size(first) != 0;
    bool more = (has_first && first->range_count > 1) || (!is_gone(first) && first->mixed.end != 0);

    for (uint32_t i = 1; i < ZG_LIB_MAX; i++)
        more |= published[i] != NULL && !is_gone(&copies[i]);
    __atomic_store_n(&zg_lib_ranges.more, more, __ATOMIC_RELEASE);
    if (has_first && zg_lib_ranges.first_start != first->text_start)
        __atomic_store_n(&zg_lib_ranges.first_size, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&zg_lib_ranges.first, first, __ATOMIC_RELAXED);
    __atomic_store_n(&zg_lib_ranges.first_start, first->text_start, __ATOMIC_RELAXED);
    /* Release: a size is that of the start. */
    __atomic_store_n(&zg_lib_ranges.first_size, has_first ? text_size(first) : 0, __ATOMIC_RELEASE);
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

/* Under the lock: the record of a new copy, not published yet. It keeps its memory for ranges. */
static struct zg_lib *begin_copy(const struct zg_object *object)
{
    struct zg_lib *lib = free_record(zg_lib_ranges.count);

    if (lib == NULL)
        return NULL;
    zg_embedded_forget(lib);
    *lib = (struct zg_lib){.index = (uint32_t)(lib - copies),
                           .gone = 1,
                           .base = object->base,
                           .object_end = object->end,
                           .ranges = lib->ranges,
                           .range_room = lib->range_room};
    (void)zg_str_copy(lib->path, sizeof(lib->path), object->path);
    return lib;
}

/* Under the lock. */
static void publish(struct scan *scan, struct zg_lib *lib, bool is_global)
{
    published[lib->index] = lib;
    __atomic_store_n(&lib->gone, 0, __ATOMIC_RELEASE);
    publish_ranges();
    if (lib->index == zg_lib_ranges.count)
        __atomic_store_n(&zg_lib_ranges.count, lib->index + 1, __ATOMIC_RELEASE);
    if (is_global)
        __atomic_store_n(&scans.global, lib, __ATOMIC_RELEASE);
    scan->seen |= 1U << lib->index;
}

/* Was the object there before anybody could be running in it? */
static bool is_fresh(const struct scan *scan, const struct zg_object *object)
{
    return scan->at_start || (scan->loaded && object->order >= scan->first);
}

/* Under the lock: a copy that the object exports. */
static void add_copy(struct scan *scan, const struct zg_object *object, const struct zg_elf *elf)
{
    bool is_global = scan->at_start && scans.global == NULL;
    struct zg_lib *lib = begin_copy(object);

    if (lib == NULL) {
        zg_blind_note_embedded(object->path, TOO_MANY);
        return;
    }
    zg_lib_take_exports(lib, elf, scan->hashes, is_global ? scan->between : NULL);
    lib->embedded = object->order == 0 || zg_lib_exports_more(elf);
    if (lib->embedded) {
        (void)zg_embedded_guard(lib, object, elf, is_fresh(scan, object));
    } else {
        lib->text_start = object->text_start;
        lib->text_end = object->text_end;
    }
    publish(scan, lib, is_global);
}

/* Under the lock: a copy that the object hides. Without names there is no telling that there is
 * one: its threads will (host/blind.h). */
static void add_hidden(struct scan *scan, const struct zg_object *object, const struct zg_elf *elf)
{
    struct zg_lib *lib = begin_copy(object);

    if (lib == NULL) { /* a copy or not: there is no room to look for one */
        zg_blind_note_embedded(object->path, TOO_MANY);
        return;
    }
    lib->embedded = lib->hidden = true;
    if (zg_embedded_guard(lib, object, elf, is_fresh(scan, object)))
        publish(scan, lib, false);
    else if (lib->names_found)
        zg_blind_note_embedded(object->path, lib->why);
}

/* Under the lock: the record of this object, also one that was unloaded and came back. */
static struct zg_lib *known_copy(const struct zg_object *object)
{
    for (uint32_t i = 0; i < zg_lib_ranges.count; i++)
        if (copies[i].base == object->base && copies[i].object_end == object->end &&
            zg_str_equal(copies[i].path, object->path))
            return &copies[i];
    return NULL;
}

/* Under the lock: an object that was met before. One that was unloaded and loaded again has lost
 * the jumps that were written into it. */
static void note_known(struct scan *scan, struct zg_lib *lib, const struct zg_object *object,
                       const struct zg_elf *elf)
{
    scan->seen |= 1U << lib->index;
    if (lib->embedded && !zg_embedded_is_intact(lib)) {
        zg_embedded_forget(lib);
        lib->why[0] = '\0';
        (void)zg_embedded_guard(lib, object, elf, is_fresh(scan, object));
    }
    __atomic_store_n(&lib->gone, 0, __ATOMIC_RELEASE);
    publish_ranges();
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

static void look_for_copy(struct scan *scan, const struct zg_object *object,
                          const struct zg_elf *elf)
{
    struct zg_lib *known = known_copy(object);

    if (known != NULL)
        note_known(scan, known, object, elf);
    else if (zg_lib_is_exported(elf))
        add_copy(scan, object, elf);
    else if (zg_options.embedded == 0 && zg_embedded_is_likely(object, elf))
        add_hidden(scan, object, elf);
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
    look_for_copy(scan, object, &elf);
    if (scan->at_start && scan->behind_us && scans.global == NULL)
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
        publish_ranges();
        if (scans.global == &copies[i])
            __atomic_store_n(&scans.global, NULL, __ATOMIC_RELEASE);
    }
    zg_lock_release(&scans.lock);
}

static void refresh(bool loaded)
{
    struct scan scan = {.loaded = loaded};
    uint64_t loads, unloads, unloads_then;

    (void)zg_objects_refresh();
    zg_objects_counters(&loads, &unloads);
    unloads_then = __atomic_load_n(&scans.unloads, __ATOMIC_RELAXED);
    if (loads == __atomic_load_n(&scans.loads, __ATOMIC_RELAXED) && unloads == unloads_then)
        return;
    if (unloads == unloads_then)
        scan.first = __atomic_load_n(&scans.scanned, __ATOMIC_RELAXED);
    if (unloads != unloads_then)
        zg_stack_flush();
    if (!zg_objects_each(scan.first, scan_locked, &scan))
        return; /* the next one tries again */
    end_scan(&scan);
    if (scan.passed != 0)
        __atomic_store_n(&scans.scanned, scan.passed, __ATOMIC_RELAXED);
    if (!zg_patch_refresh() || !zg_python_look() || !zg_interpreter_look())
        return;
    /* Only now: who finds the counters equal finds the copies too. */
    __atomic_store_n(&scans.loads, loads, __ATOMIC_RELEASE);
    __atomic_store_n(&scans.unloads, unloads, __ATOMIC_RELEASE);
}

void zg_lib_refresh(void)
{
    refresh(false);
}

void zg_lib_refresh_loaded(void)
{
    refresh(true);
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
