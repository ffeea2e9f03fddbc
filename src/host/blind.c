/* SPDX-License-Identifier: MPL-2.0 */
/* Finding libzmq code that the guard does not see. */
#include "host/blind.h"

#include "base/lock.h"
#include "base/str.h"
#include "host/lib.h"
#include "host/loader.h"
#include "host/namespace.h"
#include "host/objects.h"
#include "host/options.h"
#include "host/patch.h"

#define NOTED_MAX 32
#define PATH_SIZE 256
#define WHY_SIZE  160
#define SCAN_MAX  ((size_t)32 << 20) /* bytes of the program's constants looked through */

/* A dlopen() that looks at its caller is not stood in for: hook/dl.c. */
#define LATE     "it was in use before it was found, only what was made later is checked"
#define STRIPPED "its functions have no names (it was stripped)"

/* Files that hold a libzmq that is not guarded, besides those that have a record. Only grows. */
static struct {
    struct zg_lock lock;
    uint32_t count;   /* atomic */
    uint32_t said;    /* guarded by lock: of them zg_blind_each_new() has told */
    uint32_t libs;    /* guarded by lock: bit per copy that it has told of */
    uint32_t directs; /* guarded by lock: objects with slots that it has told of */
    struct note {
        enum zg_blind kind;
        char path[PATH_SIZE];
        char why[WHY_SIZE];
    } of[NOTED_MAX];
} noted;

const char *zg_blind_text(enum zg_blind kind)
{
    switch (kind) {
    case ZG_BLIND_EMBEDDED:
        return "libzmq is linked into it and not guarded";
    case ZG_BLIND_PARTLY:
        return "the libzmq that is linked into it is guarded in part";
    case ZG_BLIND_NAMESPACE:
        return "loaded by dlmopen into its own namespace: not guarded";
    case ZG_BLIND_DIRECT:
        return "calls libzmq directly, its slots could not be written: not guarded";
    case ZG_BLIND_UNCALLED:
        return "loaded, but never called";
    default:
        return "?";
    }
}

bool zg_blind_is_unguarded(enum zg_blind kind)
{
    return kind == ZG_BLIND_EMBEDDED || kind == ZG_BLIND_NAMESPACE || kind == ZG_BLIND_DIRECT;
}

/* Under the lock. */
static bool is_noted(const char *path)
{
    for (uint32_t i = 0; i < noted.count; i++)
        if (zg_str_equal(noted.of[i].path, path))
            return true;
    return false;
}

static void note(enum zg_blind kind, const char *path, const char *why)
{
    struct note *next;

    zg_lock_acquire(&noted.lock);
    next = &noted.of[noted.count];
    if (noted.count < NOTED_MAX && !is_noted(path)) {
        next->kind = kind;
        (void)zg_str_copy(next->path, PATH_SIZE, path);
        (void)zg_str_copy(next->why, WHY_SIZE, why);
        __atomic_store_n(&noted.count, noted.count + 1, __ATOMIC_RELEASE);
    }
    zg_lock_release(&noted.lock);
}

void zg_blind_note_embedded(const char *path, const char *why)
{
    note(ZG_BLIND_EMBEDDED, path, why);
}

static void note_namespace(const char *path)
{
    note(ZG_BLIND_NAMESPACE, path, "");
}

bool zg_blind_note_thread_name(const char *name, uintptr_t caller)
{
    struct zg_object object;
    bool was_known;

    if (name == NULL || strstr(name, "ZMQbg") == NULL)
        return false;
    /* The caller need not have a name: a static function of libzmq's. */
    was_known = zg_object_at(caller, &object) && zg_lib_in_object(object.base) != NULL;
    zg_lib_refresh();
    if (!zg_object_at(caller, &object))
        return false;
    if (!was_known && zg_lib_in_object(object.base) != NULL)
        zg_blind_note_embedded(object.path, LATE);
    else if (zg_lib_in_object(object.base) == NULL)
        zg_blind_note_embedded(object.path, zg_options.embedded == 0 ? STRIPPED : "embedded=off");
    return true;
}

static bool contains(const char *text, size_t len, const char *wanted, size_t wanted_len)
{
    const char *end = text + len;

    while (text < end) {
        const char *at = memchr(text, wanted[0], (size_t)(end - text));

        if (at == NULL || (size_t)(end - at) < wanted_len)
            return false;
        if (memcmp(at, wanted, wanted_len) == 0)
            return true;
        text = at + 1;
    }
    return false;
}

struct program_scan {
    const char *wanted;
    size_t len;
    bool found;
};

static int scan_program(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct program_scan *scan = arg;

    (void)size;
    for (uint32_t i = 0; i < info->dlpi_phnum && !scan->found; i++) {
        const ElfW(Phdr) *p = &info->dlpi_phdr[i];
        size_t len = p->p_filesz < SCAN_MAX ? p->p_filesz : SCAN_MAX;

        if (p->p_type == PT_LOAD && (p->p_flags & (PF_R | PF_W)) == PF_R)
            scan->found =
                contains((const char *)info->dlpi_addr + p->p_vaddr, len, scan->wanted, scan->len);
    }
    return 1; /* the first object is the program */
}

/* A libzmq in the program that started no thread yet, or is older than the names: by the text of
 * zmq_strerror(EFSM), which every version has (src/err.cpp). */
static void look_into_program(void)
{
    static const char text[] = "Operation cannot be accomplished in current state";
    struct program_scan scan = {.wanted = text, .len = sizeof(text)};
    struct zg_object program;

    zg_objects_iterate(scan_program, &scan);
    if (scan.found && zg_object_of_program(&program) && zg_lib_in_object(program.base) == NULL)
        zg_blind_note_embedded(program.path, zg_options.embedded == 0 ? STRIPPED : "embedded=off");
}

static bool visit_copy(const struct zg_lib *lib, zg_blind_visitor *visit, void *arg)
{
    if (lib->guarded == ZG_GUARDED_NOT)
        return visit(ZG_BLIND_EMBEDDED, lib->path, lib->why, arg);
    return lib->why[0] == '\0' || visit(ZG_BLIND_PARTLY, lib->path, lib->why, arg);
}

static bool is_gone(const struct zg_lib *lib)
{
    return __atomic_load_n(&lib->gone, __ATOMIC_ACQUIRE) != 0;
}

static bool visit_copies(zg_blind_visitor *visit, void *arg)
{
    const struct zg_lib *const *all;
    uint32_t count;

    all = zg_lib_all(&count);
    for (uint32_t i = 0; i < count; i++) {
        const struct zg_lib *lib = all[i];

        if (!visit_copy(lib, visit, arg))
            return false;
        if (!is_gone(lib) && lib->guarded != ZG_GUARDED_NOT &&
            !__atomic_load_n(&lib->used, __ATOMIC_RELAXED) &&
            !visit(ZG_BLIND_UNCALLED, lib->path, "", arg))
            return false;
    }
    return true;
}

static bool visit_noted(uint32_t from, zg_blind_visitor *visit, void *arg)
{
    uint32_t count = __atomic_load_n(&noted.count, __ATOMIC_ACQUIRE);

    for (uint32_t i = from; i < count; i++)
        if (!visit(noted.of[i].kind, noted.of[i].path, noted.of[i].why, arg))
            return false;
    return true;
}

struct direct {
    zg_blind_visitor *visit;
    void *arg;
    uint32_t passed; /* told of before */
    bool go_on;
};

static bool visit_direct(const char *path, void *arg)
{
    struct direct *d = arg;

    if (d->passed > 0)
        d->passed--;
    else
        d->go_on = d->visit(ZG_BLIND_DIRECT, path, "", d->arg);
    return d->go_on;
}

static bool count_direct(const char *path, void *arg)
{
    (void)path;
    *(uint32_t *)arg += 1;
    return true;
}

/* Takes what is new under the lock and visits it without. */
void zg_blind_each_new(zg_blind_visitor *visit, void *arg)
{
    struct direct direct = {.visit = visit, .arg = arg, .go_on = true};
    uint32_t count, libs, from, directs = 0;
    const struct zg_lib *const *all = zg_lib_all(&count);

    if (zg_namespace_is_due() && !zg_loader_is_busy_elsewhere())
        zg_namespace_each(note_namespace);
    zg_patch_each_failure(count_direct, &directs);
    zg_lock_acquire(&noted.lock);
    libs = ~noted.libs & ((1U << count) - 1);
    from = noted.said;
    direct.passed = noted.directs;
    noted.libs |= libs;
    noted.said = noted.count;
    noted.directs = directs;
    zg_lock_release(&noted.lock);
    (void)visit_noted(from, visit, arg);
    for (uint32_t i = 0; i < count; i++)
        if ((libs >> i & 1) != 0 && !all[i]->may_inline)
            (void)visit_copy(all[i], visit, arg);
    zg_patch_each_failure(visit_direct, &direct);
}

void zg_blind_each(zg_blind_visitor *visit, void *arg)
{
    struct direct direct = {.visit = visit, .arg = arg, .go_on = true};

    zg_lib_refresh();
    look_into_program();
    zg_namespace_each(note_namespace);
    if (visit_copies(visit, arg) && visit_noted(0, visit, arg))
        zg_patch_each_failure(visit_direct, &direct);
}
