/* SPDX-License-Identifier: MPL-2.0 */
/* The registry of threads: a record for each, by slot and by pthread_t, with room for its hints. */
#include "host/thread.h"

#include <limits.h>
#include <pthread.h>
#include <sys/prctl.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "base/table.h"
#include "host/handles.h"
#include "host/libc.h"
#include "host/unwind_load.h"
#include "model/sync.h"
#include "model/sync_table.h"

struct zg_call_site zg_call_site_none;
static struct zg_thread none = {.sites = &zg_call_site_none};
__thread struct zg_thread *zg_thread_self_or_null;
__thread struct zg_thread *zg_thread_or_none = &none;

static struct {
    struct zg_lock lock; /* rank THREADS */
    struct zg_pool pool;
    struct zg_table by_pthread;
    struct zg_thread *by_slot[ZG_SLOT_MAX]; /* atomic: written under lock */
    uint32_t last_id;                       /* atomic */
    uint32_t seen[2];                       /* atomic: in this process; libzmq's own */
    pthread_key_t key;
    bool key_claimed; /* atomic */
    bool has_key;     /* atomic */
    bool on;
} threads = {.pool = ZG_POOL(struct zg_thread, 0)};

static struct zg_socket nobody = {.owned.word = ZG_OWNED_CLOSED};

void zg_thread_set_ignored(struct zg_thread *t)
{
    if ((t->ignore | t->busy) == 0 && t->actor.entering == &nobody.owned.in)
        __atomic_store_n(&t->actor.entering, NULL, __ATOMIC_RELAXED);
    else if ((t->ignore | t->busy) != 0 && t->actor.entering == NULL)
        __atomic_store_n(&t->actor.entering, &nobody.owned.in, __ATOMIC_RELAXED);
}

static bool is_gone(const struct zg_thread *t)
{
    return zg_sys3(SYS_tgkill, zg_sys_getpid(), t->tid, 0) != 0;
}

/* The slots that must stay: some object's last use names them, or the thread's record is still in
 * use by the thread itself (its last destructors) or by its creator. */
static void mark_slots(uint64_t bits[ZG_SLOT_MAX / 64])
{
    zg_handles_mark(bits);
    for (uint32_t slot = 1; slot < ZG_SLOT_MAX; slot++) {
        const struct zg_thread *t = __atomic_load_n(&threads.by_slot[slot], __ATOMIC_ACQUIRE);

        if (t == NULL)
            continue;
        if (!__atomic_load_n(&t->announced, __ATOMIC_ACQUIRE) ||
            __atomic_load_n(&t->state, __ATOMIC_ACQUIRE) == ZG_THREAD_RUNNING || !is_gone(t))
            bits[slot / 64] |= (uint64_t)1 << slot % 64;
    }
}

static void reclaim_slots(const uint64_t bits[ZG_SLOT_MAX / 64])
{
    zg_sync_scrub(bits);
    for (uint32_t slot = 1; slot < ZG_SLOT_MAX; slot++) {
        struct zg_thread *t = __atomic_load_n(&threads.by_slot[slot], __ATOMIC_ACQUIRE);

        if (t == NULL || (bits[slot / 64] >> slot % 64 & 1) == 0)
            continue;
        __atomic_store_n(&threads.by_slot[slot], NULL, __ATOMIC_RELEASE);
        zg_pool_put(&threads.pool, t);
    }
}

/* The last access to the record of who is not the second. */
static void end_as(struct zg_thread *t, uint32_t who, uint32_t other)
{
    if ((__atomic_fetch_or(&t->ends, who, __ATOMIC_ACQ_REL) & other) != 0)
        zg_actor_end(&t->actor);
}

static void finish(struct zg_thread *t)
{
    struct zg_sync_note released = t->actor.released;

    /* For reports on what it did: its name cannot be asked for afterwards. */
    (void)zg_sys2(SYS_prctl, PR_GET_NAME, t->name);
    __atomic_store_n(&t->state, ZG_THREAD_FINISHED, __ATOMIC_RELEASE);
    /* It may hold a robust mutex; the kernel lets go of that for it. */
    if (__atomic_load_n(&zg_sync_active, __ATOMIC_RELAXED))
        (void)zg_sync_release_tag(&t->actor, zg_sync_tag(1, ZG_SYNC_THREAD_ENDS), ZG_SYNC_SHARED);
    t->actor.released = released; /* what the program did last says more */
    for (size_t i = 0; i < ZG_SYNC_CACHE; i++) {
        if (t->syncs[i].sync != NULL &&
            __atomic_load_n(&t->syncs[i].sync->last, __ATOMIC_RELAXED) == 0)
            zg_sync_forget_empty(t->syncs[i].tag);
    }
    zg_stack_cache_drop(&t->stacks);
    end_as(t, ZG_THREAD_ENDS_SELF, ZG_THREAD_ENDS_DETACHED);
}

/*
 * Runs once a destructor round (glibc: nptl/nptl_deallocate_tsd.c); the application's own
 * destructors may use sockets in every round, so the thread counts as finished in the last one.
 * The round is counted in the key's value, above the bits of the pointer's alignment.
 */
static void on_exit_round(void *value)
{
    uintptr_t round = (uintptr_t)value & 15;
    struct zg_thread *t = zg_thread_self_or_null;

    if (t == NULL)
        return;
    if (round + 1 < PTHREAD_DESTRUCTOR_ITERATIONS &&
        ZG_REAL_LIBC(pthread_setspecific)(threads.key, (void *)((uintptr_t)t | (round + 1))) == 0)
        return;
    finish(t);
}

/* What tells that a thread ends. Before glibc 2.34 a program may have no libpthread at its start;
 * it has one when it makes a thread. */
static void make_key(void)
{
    if (zg_libc.pthread_key_create == NULL)
        zg_libc_init();
    if (zg_libc.pthread_key_create == NULL ||
        __atomic_exchange_n(&threads.key_claimed, true, __ATOMIC_RELAXED))
        return;
    /* Release: pairs with take_self(). */
    __atomic_store_n(&threads.has_key, zg_libc.pthread_key_create(&threads.key, on_exit_round) == 0,
                     __ATOMIC_RELEASE);
}

static void take_self(struct zg_thread *t)
{
    t->tid = zg_sys_gettid();
    t->pthread = (uint64_t)pthread_self();
    zg_thread_self_or_null = t;
    zg_thread_or_none = t;
    if (__atomic_load_n(&threads.has_key, __ATOMIC_ACQUIRE))
        (void)ZG_REAL_LIBC(pthread_setspecific)(threads.key, (void *)((uintptr_t)t | 0));
}

static struct zg_thread *new_record(void)
{
    struct zg_thread *t = zg_pool_get(&threads.pool);
    struct zg_call_site *call_sites[ZG_CALL_SITES_SIZES];
    uint32_t slot;

    if (t == NULL)
        return NULL;
    memcpy(call_sites, t->call_sites, sizeof(call_sites));
    memset(t, 0, sizeof(*t));
    memcpy(t->call_sites, call_sites, sizeof(call_sites));
    /* No entry may match: NULL belongs to the first place, this one does not. */
    t->sockets[0].handle = UINTPTR_MAX;
    zg_actor_start(&t->actor, __atomic_add_fetch(&threads.last_id, 1, __ATOMIC_RELAXED));
    zg_call_sites_start(t);
    slot = zg_epoch_slot(t->actor.epoch);
    if (slot < ZG_SLOT_SHARED)
        __atomic_store_n(&threads.by_slot[slot], t, __ATOMIC_RELEASE);
    return t;
}

static void count(const struct zg_thread *t, uint32_t add)
{
    __atomic_add_fetch(&threads.seen[t->internal], add, __ATOMIC_RELAXED);
}

struct zg_thread *zg_thread_register(void)
{
    struct zg_thread *t;

    /* libunwind comes to the hooks where it is the host's own, or was patched with what the host
     * opened by RTLD_DEEPBIND. (test/load/plugin.sh, test/prog/order_libunwind.c) */
    if (zg_critical_is_inside() && !zg_unwind_is_inside())
        zg_sync_lost();
    if (!threads.on || zg_critical_is_inside())
        return NULL;
    zg_fork_look();
    /* A handler that came in between would register the thread twice. */
    zg_critical_enter();
    t = zg_thread_self_or_null;
    if (t == NULL && (t = new_record()) != NULL) {
        t->announced = true;
        count(t, 1);
        take_self(t);
        t->is_main = t->tid == zg_sys_getpid();
        t->unseen = t->is_main ? 0 : t->actor.epoch;
        (void)zg_table_put(&threads.by_pthread, (uintptr_t)t->pthread, t);
    }
    zg_critical_leave();
    return t;
}

struct zg_thread *zg_thread_prepare(struct zg_thread *creator, zg_stack_id created_at,
                                    bool internal)
{
    struct zg_thread *t = threads.on ? new_record() : NULL;

    if (t == NULL)
        return NULL;
    if (zg_unlikely(!__atomic_load_n(&threads.has_key, __ATOMIC_RELAXED)))
        make_key();
    t->internal = internal;
    count(t, 1);
    t->created_at = created_at;
    if (creator != NULL) {
        t->creator = creator->actor.id;
        zg_actor_inherit(&t->actor, &creator->actor);
    }
    return t;
}

void zg_thread_begin(struct zg_thread *t)
{
    take_self(t);
    (void)zg_table_put(&threads.by_pthread, (uintptr_t)t->pthread, t);
}

void zg_thread_cancel(struct zg_thread *t)
{
    count(t, UINT32_MAX);
    t->state = ZG_THREAD_JOINED;
    t->announced = true;
    zg_actor_end(&t->actor);
}

void zg_thread_created(struct zg_thread *t, uint64_t pthread)
{
    zg_lock_acquire(&threads.lock);

    /* The child says it too, but its creator may join it before it has begun. Who joined it
     * meanwhile has taken it out of the table for good. */
    if (__atomic_load_n(&t->state, __ATOMIC_ACQUIRE) == ZG_THREAD_RUNNING)
        (void)zg_table_put(&threads.by_pthread, (uintptr_t)pthread, t);
    __atomic_store_n(&t->announced, true, __ATOMIC_RELEASE);
    zg_lock_release(&threads.lock);
}

struct zg_thread *zg_thread_by_pthread(uint64_t pthread)
{
    return zg_table_find(&threads.by_pthread, (uintptr_t)pthread);
}

static void forget_pthread(struct zg_thread *t)
{
    if (t->pthread != 0)
        (void)zg_table_take_if(&threads.by_pthread, (uintptr_t)t->pthread, t);
}

void zg_thread_joined(struct zg_thread *self, struct zg_thread *t)
{
    zg_actor_join(&self->actor, &t->actor);
    zg_lock_acquire(&threads.lock);
    __atomic_store_n(&t->state, ZG_THREAD_JOINED, __ATOMIC_RELEASE);
    forget_pthread(t);
    zg_lock_release(&threads.lock);
    zg_actor_end(&t->actor);
}

void zg_thread_detached(struct zg_thread *t)
{
    zg_lock_acquire(&threads.lock);
    forget_pthread(t);
    zg_lock_release(&threads.lock);
    end_as(t, ZG_THREAD_ENDS_DETACHED, ZG_THREAD_ENDS_SELF);
}

struct zg_thread *zg_thread_by_id(uint32_t id, uint32_t slot)
{
    struct zg_thread *t = NULL;

    if (slot > 0 && slot < ZG_SLOT_MAX)
        t = __atomic_load_n(&threads.by_slot[slot], __ATOMIC_ACQUIRE);
    if (t != NULL && t->actor.id == id)
        return t;
    /* The epoch may be the last user's, and the id that of who has just come in. */
    for (slot = 1; id != 0 && slot < ZG_SLOT_MAX; slot++) {
        t = __atomic_load_n(&threads.by_slot[slot], __ATOMIC_ACQUIRE);
        if (t != NULL && t->actor.id == id)
            return t;
    }
    return NULL;
}

void zg_thread_refresh_name(struct zg_thread *t)
{
    char path[64];
    char name[32];
    long n;

    (void)zg_format(path, sizeof(path), "/proc/self/task/%d/comm", t->tid);
    n = zg_sys_read_file(path, name, sizeof(name));
    if (n <= 0)
        return;
    if (name[n - 1] == '\n')
        name[n - 1] = '\0';
    (void)zg_str_copy(t->name, sizeof(t->name), name);
}

uint32_t zg_threads_seen(bool internal)
{
    return __atomic_load_n(&threads.seen[internal], __ATOMIC_RELAXED);
}

void zg_thread_each(bool (*visit)(struct zg_thread *t, void *arg), void *arg)
{
    for (uint32_t slot = 1; slot < ZG_SLOT_MAX; slot++) {
        struct zg_thread *t = __atomic_load_n(&threads.by_slot[slot], __ATOMIC_ACQUIRE);

        if (t != NULL && !visit(t, arg))
            return;
    }
}

static bool end_other(struct zg_thread *t, void *self)
{
    if (t == self)
        return true;
    t->announced = true;
    if (t->state == ZG_THREAD_RUNNING)
        t->state = ZG_THREAD_FINISHED;
    return true;
}

void zg_thread_after_fork(void)
{
    struct zg_thread *self = zg_thread_self_or_null;

    zg_lock_reset(&threads.lock);
    zg_lock_reset(&threads.by_pthread.lock);
    threads.seen[false] = self != NULL && !self->internal;
    threads.seen[true] = self != NULL && self->internal;
    zg_thread_each(end_other, self);
    if (self == NULL)
        return;
    self->tid = zg_sys_gettid();
    self->is_main = true;
    zg_call_sites_clear(self); /* where the kernel did not */
    zg_slots_after_fork(&self->actor);
}

void zg_thread_init(void)
{
    static const struct zg_slot_keeper keeper = {.mark = mark_slots, .reclaimed = reclaim_slots};

    zg_slots_keeper(&keeper);
    make_key();
    threads.on = true;
    (void)zg_thread_register();
}

struct zg_thread **zg_thread_slots(void)
{
    return threads.by_slot;
}

#define GROWTH 8U

/* Every room there ever was: they are never freed. */
struct room {
    struct room *next;
    struct zg_call_site *sites;
    uintptr_t count;
};
static struct room *rooms; /* atomic */

/* The room is not the thread's yet. */
static bool enlist_sites(struct zg_call_site *sites, uintptr_t count)
{
    struct room *r = zg_arena_alloc(sizeof(*r));

    if (r == NULL)
        return false;
    *r = (struct room){
        .next = __atomic_load_n(&rooms, __ATOMIC_RELAXED), .sites = sites, .count = count};
    while (
        !__atomic_compare_exchange_n(&rooms, &r->next, r, true, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        ;
    return true;
}

static uintptr_t count_of(const struct zg_thread *t)
{
    return t->site_mask == 0 ? 0 : t->site_mask / sizeof(struct zg_call_site) + 1;
}

static void clear_sites(struct zg_call_site *sites, uintptr_t count)
{
    for (uintptr_t i = 0; i < count; i++)
        __atomic_store_n(&sites[i].caller, 0, __ATOMIC_RELAXED);
}

void zg_call_sites_clear(struct zg_thread *t)
{
    if (t != NULL)
        clear_sites(t->sites, count_of(t));
}

/* The old ones stay as they are: a signal handler may be here, and what it interrupted there. */
static bool move_to(struct zg_thread *t, struct zg_call_site **sites, uintptr_t count)
{
    struct zg_call_site *made;

    if (*sites == NULL) {
        made = zg_arena_alloc_wiped(count * (sizeof(*made) + sizeof(uint64_t *)));
        if (made == NULL || !enlist_sites(made, count))
            return false;
        *sites = made;
    }
    /* What another thread knew is nothing to this one. */
    for (uintptr_t i = 0; i < count; i++)
        (*sites)[i] = zg_call_site_none;
    /* Behind them, a place for each that is steady. */
    zg_actor_steady_room(&t->actor, (uint64_t **)(void *)(*sites + count), (uint32_t)count);
    t->sites = *sites;
    /* In this order: the old mask does for the new ones, not vice versa. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    t->site_mask = (count - 1) * sizeof(struct zg_call_site);
    return true;
}

void zg_call_sites_start(struct zg_thread *t)
{
    t->collisions = 0;
    t->site_mask = 0;
    if (!move_to(t, &t->call_sites[0], ZG_CALL_SITES))
        t->sites = &zg_call_site_none;
}

void zg_call_sites_grow(struct zg_thread *t)
{
    uintptr_t count = count_of(t), next = ZG_CALL_SITES;

    if (++t->collisions < 4 * count)
        return;
    t->collisions = 0;
    for (int i = 1; i < ZG_CALL_SITES_SIZES; i++) {
        next *= GROWTH;
        if (next > count) {
            (void)move_to(t, &t->call_sites[i], next);
            return;
        }
    }
}

void zg_call_sites_flush(void)
{
    for (struct room *r = __atomic_load_n(&rooms, __ATOMIC_ACQUIRE); r != NULL; r = r->next)
        clear_sites(r->sites, r->count);
}
