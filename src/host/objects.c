/* SPDX-License-Identifier: MPL-2.0 */
/* The loaded objects: the loader's list, what their program headers say, and a sorted copy of it
 * that is read without a lock. */
#include "host/objects.h"

#include <elf.h>
#include <sys/auxv.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/fork.h"
#include "host/libc.h"

#define PATHS_MAX   ((size_t)1 << 20) /* bytes of path names kept at most */
#define READ_TRIES  100
#define FIRST_ROOM  64
#define PATH_LENGTH 1024
#define BUCKETS     256 /* of the path names, a power of two */

/* A copied path; the lists only grow. */
struct path {
    struct path *next;
    char text[];
};

/*
 * A sorted copy of the loader's list. There are two: readers use the published one, a writer fills
 * the other and publishes it. So a reader meets a list that is being written only when two
 * refreshes fell into its search, and never waits for a writer that was interrupted.
 */
struct list {
    uint32_t sequence;   /* atomic: odd while it is being written */
    uint32_t count;      /* atomic */
    uint32_t with_rpath; /* atomic: objects but the program that have a DT_RPATH */
    uint32_t room;
    struct zg_object objects[];
};

static struct {
    struct zg_lock lock;
    struct list *list;           /* atomic: the published one; written under lock */
    struct list *spare;          /* guarded by lock */
    struct path *paths[BUCKETS]; /* guarded by lock */
    size_t path_bytes;           /* guarded by lock */
    uint64_t loads, unloads;     /* atomic: the loader's counters that the list belongs to */
} known;

static char program_path[PATH_LENGTH]; /* written once, by the first refresh, under the lock */

/* The program's entry in the loader's list has no name. */
static const char *path_of(const struct dl_phdr_info *info, uint32_t order)
{
    if (info->dlpi_name != NULL && info->dlpi_name[0] != '\0')
        return info->dlpi_name;
    return order == 0 && program_path[0] != '\0' ? program_path : "[unnamed]";
}

static void find_program_path(void)
{
    char path[PATH_LENGTH];
    long n = zg_sys4(SYS_readlinkat, -100 /* AT_FDCWD */, "/proc/self/exe", path, sizeof(path) - 1);

    if (n <= 0)
        n = (long)zg_str_copy(path, sizeof(path), "[program]");
    path[n] = '\0';
    (void)zg_str_copy(program_path, sizeof(program_path), path);
}

static struct zg_object describe(const struct dl_phdr_info *info, uint32_t order)
{
    struct zg_object o = {.base = info->dlpi_addr, .order = order, .path = path_of(info, order)};

    zg_object_read_segments(&o, info->dlpi_phdr, info->dlpi_phnum);
    return o;
}

/* A relative path means another file once the process changes its directory. */
static const char *absolute(char *out, size_t size, const char *path)
{
    size_t n;

    if (path[0] == '/' || strchr(path, '/') == NULL || zg_sys2(SYS_getcwd, out, size) <= 0)
        return path;
    path += zg_str_starts(path, "./") ? 2 : 0;
    n = strlen(out);
    if (n + 1 + strlen(path) >= size)
        return path;
    (void)zg_format(out + n, size - n, "/%s", path);
    return out;
}

/* Under the lock: the copy of a path that lives for ever. */
static const char *keep_path(const char *path)
{
    char room[PATH_LENGTH];
    const char *text = absolute(room, sizeof(room), path);
    struct path **bucket = &known.paths[zg_elf_hash(text) & (BUCKETS - 1)];
    size_t size = strlen(text) + 1;
    struct path *p;

    for (p = *bucket; p != NULL; p = p->next)
        if (zg_str_equal(p->text, text))
            return p->text;
    if (known.path_bytes + size > PATHS_MAX)
        return "[too many paths]";
    p = zg_arena_alloc(sizeof(*p) + size);
    if (p == NULL)
        return "[no memory]";
    memcpy(p->text, text, size);
    p->next = *bucket;
    *bucket = p;
    known.path_bytes += size;
    return p->text;
}

/* Under the lock: the unpublished list, with room for `count` objects; NULL without memory. A list
 * that has become too small is given up, but stays readable. */
static struct list *spare_for(uint32_t count)
{
    uint32_t room = known.spare != NULL ? known.spare->room : FIRST_ROOM;
    struct list *list = known.spare;

    while (room < count)
        room *= 2;
    if (list == NULL || list->room < room) {
        list = zg_arena_alloc(sizeof(*list) + room * sizeof(list->objects[0]));
        if (list == NULL)
            return NULL;
        list->room = room;
        known.spare = list;
    }
    return list;
}

static void note_search_path(struct list *list, struct zg_object *o)
{
    struct zg_elf elf;

    if (!zg_elf_open(&elf, o->base, o->dynamic))
        return;
    o->rpath = elf.has_rpath;
    o->runpath = elf.has_runpath;
    if (o->rpath && o->order != 0)
        __atomic_store_n(&list->with_rpath, list->with_rpath + 1, __ATOMIC_RELAXED);
}

/* Under the lock, in the unpublished list: insertion keeps it sorted by address. */
static void insert(struct list *list, const struct zg_object *o)
{
    uint32_t at;

    for (at = list->count; at > 0 && list->objects[at - 1].start > o->start; at--)
        list->objects[at] = list->objects[at - 1];
    list->objects[at] = *o;
    list->objects[at].path = keep_path(o->path);
    note_search_path(list, &list->objects[at]);
    __atomic_store_n(&list->count, list->count + 1, __ATOMIC_RELAXED);
}

/* One pass of dl_iterate_phdr. The lock is taken by the first callback and released after the
 * pass, so that it is never held while waiting for the loader's. */
struct pass {
    uint64_t loads, unloads;
    uint32_t order;
    uint32_t skip; /* objects that are in the list already: nothing was unloaded */
    bool locked;
    struct list *list; /* NULL: no memory */
};

/* Pairs with the fences of zg_object_at(): who reads anything that is written from here on reads a
 * changed sequence afterwards. */
static void begin_write(struct pass *pass)
{
    const struct list *old = known.list;
    struct list *list = spare_for(pass->skip + FIRST_ROOM / 2);

    pass->list = list;
    if (list == NULL)
        return;
    __atomic_store_n(&list->sequence, list->sequence | 1, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    if (pass->skip != 0)
        memcpy(list->objects, old->objects, pass->skip * sizeof(list->objects[0]));
    __atomic_store_n(&list->count, pass->skip, __ATOMIC_RELAXED);
    __atomic_store_n(&list->with_rpath, pass->skip != 0 ? old->with_rpath : 0, __ATOMIC_RELAXED);
}

static void publish(struct pass *pass)
{
    struct list *old = known.list;

    if (pass->list == NULL)
        return;
    __atomic_store_n(&pass->list->sequence, pass->list->sequence + 1, __ATOMIC_RELEASE);
    __atomic_store_n(&known.list, pass->list, __ATOMIC_RELEASE);
    known.spare = old;
    __atomic_store_n(&known.loads, pass->loads, __ATOMIC_RELAXED);
    __atomic_store_n(&known.unloads, pass->unloads, __ATOMIC_RELAXED);
}

/* The first callback of a pass. False when there is nothing new. */
static bool begin_pass(struct pass *pass, const struct dl_phdr_info *info)
{
    uint64_t unloads = __atomic_load_n(&known.unloads, __ATOMIC_RELAXED);

    if (info->dlpi_adds == __atomic_load_n(&known.loads, __ATOMIC_RELAXED) &&
        info->dlpi_subs == unloads)
        return false;
    zg_lock_acquire(&known.lock);
    pass->locked = true;
    pass->loads = info->dlpi_adds;
    pass->unloads = info->dlpi_subs;
    if (program_path[0] == '\0')
        find_program_path();
    /* New objects join the loader's list at its end. */
    if (info->dlpi_subs == __atomic_load_n(&known.unloads, __ATOMIC_RELAXED))
        pass->skip = zg_objects_count();
    begin_write(pass);
    return true;
}

/* Under the lock: an unpublished list that is full is replaced. */
static bool make_room(struct pass *pass)
{
    struct list *old = pass->list;
    struct list *list;

    if (old == NULL || old->count < old->room)
        return old != NULL;
    list = spare_for(old->count + 1);
    if (list == NULL)
        return false;
    memcpy(list->objects, old->objects, old->count * sizeof(old->objects[0]));
    list->count = old->count;
    list->with_rpath = old->with_rpath;
    list->sequence = 1;
    pass->list = list;
    return true;
}

static int refresh_one(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct pass *pass = arg;
    struct zg_object o;

    (void)size;
    if (!pass->locked && !begin_pass(pass, info))
        return 1;
    if (pass->order++ < pass->skip)
        return 0;
    if (!make_room(pass))
        return 1;
    o = describe(info, pass->order - 1);
    insert(pass->list, &o);
    return 0;
}

bool zg_objects_refresh(void)
{
    struct pass pass = {0};
    /* The loader's lock is recursive, but not for a handler that comes between the taking of it
     * and the noting by whom. */
    zg_critical_enter();

    if (zg_fork_list_enter()) {
        zg_objects_iterate(refresh_one, &pass);
        zg_fork_list_leave();
    }
    if (pass.locked) {
        publish(&pass);
        zg_lock_release(&known.lock);
    }
    zg_critical_leave();
    return pass.locked;
}

void zg_objects_counters(uint64_t *loads, uint64_t *unloads)
{
    *loads = __atomic_load_n(&known.loads, __ATOMIC_RELAXED);
    *unloads = __atomic_load_n(&known.unloads, __ATOMIC_RELAXED);
}

/* Binary search in what may be half-written: the bounds hold, the caller checks the sequence. */
static const struct zg_object *search(const struct list *list, uintptr_t address)
{
    uint32_t lo = 0;
    uint32_t hi = __atomic_load_n(&list->count, __ATOMIC_RELAXED);

    hi = hi < list->room ? hi : list->room;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;
        const struct zg_object *o = &list->objects[mid];

        if (address < __atomic_load_n(&o->start, __ATOMIC_RELAXED))
            hi = mid;
        else if (address >= __atomic_load_n(&o->end, __ATOMIC_RELAXED))
            lo = mid + 1;
        else
            return o;
    }
    return NULL;
}

/* A word at a time, so that a copy beside a writer is torn between words only. */
static void copy_words(void *to, const void *from, size_t size)
{
    uint64_t *t = to;
    const uint64_t *f = from;

    for (size_t i = 0; i < size / sizeof(*t); i++)
        t[i] = __atomic_load_n(&f[i], __ATOMIC_RELAXED);
}
_Static_assert(sizeof(struct zg_object) % sizeof(uint64_t) == 0, "copied by words");

bool zg_object_at(uintptr_t address, struct zg_object *out)
{
    for (int i = 0; i < READ_TRIES; i++) {
        const struct list *list = __atomic_load_n(&known.list, __ATOMIC_ACQUIRE);
        const struct zg_object *o;
        uint32_t before;

        if (list == NULL)
            return false;
        before = __atomic_load_n(&list->sequence, __ATOMIC_ACQUIRE);
        o = search(list, address);
        if (o != NULL)
            copy_words(out, o, sizeof(*out));
        /* Pairs with begin_write(): what was read is not newer than the sequence read next. */
        __atomic_thread_fence(__ATOMIC_ACQUIRE);
        if ((before & 1) == 0 && before == __atomic_load_n(&list->sequence, __ATOMIC_RELAXED))
            return o != NULL;
    }
    return false;
}

bool zg_object_of_program(struct zg_object *out)
{
    return zg_object_at(getauxval(AT_PHDR), out);
}

bool zg_object_self(struct zg_object *out)
{
    return zg_object_at((uintptr_t)&known, out);
}

uint32_t zg_objects_count(void)
{
    const struct list *list = __atomic_load_n(&known.list, __ATOMIC_ACQUIRE);

    return list != NULL ? __atomic_load_n(&list->count, __ATOMIC_RELAXED) : 0;
}

struct walk {
    bool (*visit)(const struct zg_object *object, void *arg);
    void *arg;
    uint32_t first;
    uint32_t order;
};

static int walk_one(struct dl_phdr_info *info, size_t size, void *arg)
{
    struct walk *walk = arg;
    struct zg_object o;

    (void)size;
    if (walk->order++ < walk->first)
        return 0;
    o = describe(info, walk->order - 1);
    return walk->visit(&o, walk->arg) ? 0 : 1;
}

bool zg_objects_each(uint32_t first, bool (*visit)(const struct zg_object *object, void *arg),
                     void *arg)
{
    struct walk walk = {.visit = visit, .arg = arg, .first = first};
    bool entered;

    zg_critical_enter();
    entered = zg_fork_list_enter();
    if (entered) {
        zg_objects_iterate(walk_one, &walk);
        zg_fork_list_leave();
    }
    zg_critical_leave();
    return entered;
}

bool zg_objects_use_rpath(void)
{
    const struct list *list = __atomic_load_n(&known.list, __ATOMIC_ACQUIRE);

    return list != NULL && __atomic_load_n(&list->with_rpath, __ATOMIC_RELAXED) != 0;
}

void zg_objects_after_fork(void)
{
    zg_lock_reset(&known.lock); /* a list that was being written was not published yet */
}

#define PAGE ((uintptr_t)4096)

static void read_notes(struct zg_object *o, const char *at, size_t size)
{
    const char *end = at + size;

    while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
        const char *name = at + sizeof(*note);
        const char *desc = name + ((note->n_namesz + 3U) & ~3U);

        if (desc > end || note->n_descsz > (size_t)(end - desc))
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
            o->build_id_len = note->n_descsz < ZG_BUILD_ID_MAX ? note->n_descsz : ZG_BUILD_ID_MAX;
            memcpy(o->build_id, desc, o->build_id_len);
            return;
        }
        at = desc + ((note->n_descsz + 3U) & ~3U);
        if (at > end)
            return;
    }
}

static void widen(uintptr_t *start, uintptr_t *end, uintptr_t from, uintptr_t to)
{
    *start = *end == 0 || from < *start ? from : *start;
    *end = to > *end ? to : *end;
}

static void describe_segment(struct zg_object *o, const ElfW(Phdr) * p)
{
    uintptr_t from = o->base + p->p_vaddr;
    uintptr_t to = from + p->p_memsz;

    switch (p->p_type) {
    case PT_LOAD:
        widen(&o->start, &o->end, from & ~(PAGE - 1), (to + PAGE - 1) & ~(PAGE - 1));
        if (p->p_flags & PF_X)
            widen(&o->text_start, &o->text_end, from, to);
        break;
    case PT_DYNAMIC:
        o->dynamic = (const ElfW(Dyn) *)from;
        break;
    case PT_GNU_RELRO:
        o->relro_start = from;
        o->relro_end = to;
        break;
    case PT_NOTE:
        if (o->build_id_len == 0)
            read_notes(o, (const char *)from, p->p_filesz);
        break;
    default:
        break;
    }
}

void zg_object_read_segments(struct zg_object *o, const ElfW(Phdr) * phdr, size_t count)
{
    for (size_t i = 0; i < count; i++)
        describe_segment(o, &phdr[i]);
}

void zg_objects_iterate(int (*visit)(struct dl_phdr_info *info, size_t size, void *arg), void *arg)
{
    /* By name only while libc was not looked through: that is done in this way where the guard's
     * namespace is not the program's. */
    if (zg_libc_own.dl_iterate_phdr != NULL)
        (void)zg_libc_own.dl_iterate_phdr(visit, arg);
    else
        (void)dl_iterate_phdr(visit, arg);
}
