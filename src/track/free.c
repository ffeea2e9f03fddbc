/* SPDX-License-Identifier: MPL-2.0 */
/* The edge from making and sending a message of one's own data to its free function. */
#include "track/free.h"

#include <errno.h>

#include "base/arena.h"
#include "base/table.h"
#include "model/sync.h"

struct pending {
    struct zg_lock lock; /* of the rest, once data is there; rank SYNCS */
    void *data;          /* atomic: written last; NULL: free */
    zg_free_fn *fn;
    void *hint;
    struct zg_parcel parcel;
    struct pending *next_free; /* pool link */
};

uint32_t zg_free_pending;
static struct zg_pool pool = ZG_POOL(struct pending, 0);
/* By data: the last message that was made of it. Others of the same data are ordered after their
 * making only. */
static struct zg_table by_data;

static uint64_t tag_of(const void *data)
{
    return zg_sync_tag((uintptr_t)data, ZG_SYNC_FREE);
}

/* Takes the record back; a NULL: nobody learns what is in it. */
static struct pending give_back(struct pending *p, struct zg_thread *t)
{
    struct pending was;

    (void)zg_table_take_if(&by_data, (uintptr_t)p->data, p);
    zg_lock_acquire(&p->lock);
    was = *p;
    zg_actor_unpack(t != NULL ? &t->actor : NULL, &p->parcel, tag_of(p->data));
    __atomic_store_n(&p->data, NULL, __ATOMIC_RELAXED);
    zg_lock_release(&p->lock);
    zg_pool_put(&pool, p);
    (void)__atomic_sub_fetch(&zg_free_pending, 1, __ATOMIC_RELAXED);
    return was;
}

/* In place of the application's function; goes on to it by a jump. */
static void run(void *data, void *arg)
{
    struct pending was = give_back(arg, zg_thread_self());

    was.fn(data, was.hint);
}

static struct pending *prepare(const struct zg_call *call, void *data, zg_free_fn *fn, void *hint)
{
    bool counts = zg_call_who(call) != NULL && fn != NULL && data != NULL &&
                  __atomic_load_n(&zg_sync_active, __ATOMIC_RELAXED);
    struct pending *p = counts ? zg_pool_get(&pool) : NULL;

    if (p == NULL)
        return NULL;
    p->fn = fn;
    p->hint = hint;
    zg_actor_pack(&zg_call_who(call)->actor, &p->parcel, tag_of(data));
    /* Release: pairs with zg_free_sending(), which may have found the record by what it was. */
    __atomic_store_n(&p->data, data, __ATOMIC_RELEASE);
    (void)zg_table_put(&by_data, (uintptr_t)data, p);
    (void)__atomic_add_fetch(&zg_free_pending, 1, __ATOMIC_RELAXED);
    return p;
}

/* Whoever sends a message holds it: its free function does not run meanwhile. That of another of
 * the same data may, hence the lock. */
void zg_free_sending(const struct zg_lib *lib, struct zg_zmq_msg *msg)
{
    struct zg_thread *t = zg_thread_self();
    int saved = errno;
    void *data = lib->zmq_msg_data != NULL ? lib->zmq_msg_data(msg) : NULL;
    struct pending *p = zg_table_find(&by_data, (uintptr_t)data);

    errno = saved;
    if (p == NULL || t == NULL)
        return;
    zg_lock_acquire(&p->lock);
    if (__atomic_load_n(&p->data, __ATOMIC_ACQUIRE) == data)
        zg_actor_pack(&t->actor, &p->parcel, tag_of(data));
    zg_lock_release(&p->lock);
}

int zg_free_msg_init_data(const struct zg_lib *lib, struct zg_zmq_msg *msg, void *data, size_t size,
                          zg_free_fn *fn, void *hint, uintptr_t caller)
{
    struct zg_call call = {
        .caller = caller, .frame = ZG_FRAME_ADDRESS(), .op = ZG_OP_zmq_msg_init_data};
    struct pending *p;
    int rc;

    zg_call_begin(&call, lib);
    p = prepare(&call, data, fn, hint);
    if (p == NULL)
        return ZG_REAL(call, zmq_msg_init_data)(msg, data, size, fn, hint);
    rc = ZG_REAL(call, zmq_msg_init_data)(msg, data, size, run, p);
    if (rc != 0)
        (void)give_back(p, NULL);
    return rc;
}
