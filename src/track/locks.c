/* SPDX-License-Identifier: MPL-2.0 */
/*
 * glibc keeps the owner's tid in a mutex (nptl/pthread_mutex_lock.c, __data.__owner) and in a
 * read-write lock that is held for writing (pthread_rwlock_common.c, __data.__cur_writer). Both are
 * read by the kernel, since the object may be gone.
 */
#include "track/locks.h"

#include <pthread.h>

#include "base/str.h"
#include "base/sys.h"
#include "model/sync_table.h"
#include "model/sync_text.h"
#include "report/finding.h"

struct asked {
    struct zg_finding *finding;
    uint32_t count;
    bool any[ZG_FINDING_THREADS];
    struct zg_buf lines[ZG_FINDING_THREADS];
    char text[ZG_FINDING_THREADS][256];
};

/* 0 when it cannot be read. */
static int owner_of(uintptr_t address, enum zg_sync_kind kind)
{
    size_t at = kind == ZG_SYNC_MUTEX ? offsetof(pthread_mutex_t, __data.__owner)
                                      : offsetof(pthread_rwlock_t, __data.__cur_writer);
    int owner = 0;

    return zg_sys_peek(address + at, &owner, sizeof(owner)) ? owner : 0;
}

static bool ask(uint64_t tag, void *arg)
{
    struct asked *a = arg;
    enum zg_sync_kind kind = zg_tag_kind(tag);
    int owner;

    if (kind != ZG_SYNC_MUTEX && kind != ZG_SYNC_RWLOCK)
        return true;
    if (a->count++ == ZG_LOCKS_ASKED)
        return false;
    owner = owner_of(zg_tag_addr(tag), kind);
    for (uint32_t i = 0; owner != 0 && i < a->finding->thread_count; i++) {
        const struct zg_finding_thread *t = &a->finding->threads[i];

        if (t->tid != owner || t->finished)
            continue;
        zg_buf_format(&a->lines[i], "%s%s 0x%lx", a->any[i] ? ", " : "", zg_sync_kind_name(kind),
                      (unsigned long)zg_tag_addr(tag));
        a->any[i] = true;
    }
    return true;
}

void zg_locks_describe(struct zg_finding *f)
{
    static struct asked a; /* guarded by the lock FINDING */

    a.finding = f;
    a.count = 0;
    for (uint32_t i = 0; i < ZG_FINDING_THREADS; i++) {
        a.any[i] = false;
        a.lines[i] = zg_buf_on(a.text[i], sizeof(a.text[i]));
    }
    zg_sync_each(ask, &a);
    for (uint32_t i = 0; i < f->thread_count; i++) {
        const struct zg_finding_thread *t = &f->threads[i];

        if (a.any[i] && t->is_main)
            zg_finding_line(f, "the main thread holds %s", a.text[i]);
        else if (a.any[i])
            zg_finding_line(f, "thread T%u holds %s", t->id, a.text[i]);
    }
}
