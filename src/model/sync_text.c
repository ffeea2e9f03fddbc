/* SPDX-License-Identifier: MPL-2.0 */
/* Synchronisation in words, for reports. */
#include "model/sync_text.h"

#include "base/str.h"

static const char *const names[ZG_SYNC_KINDS] = {
    [ZG_SYNC_NONE] = "nothing",
    [ZG_SYNC_MUTEX] = "mutex",
    [ZG_SYNC_RWLOCK] = "rwlock",
    [ZG_SYNC_READERS] = "rwlock (read)",
    [ZG_SYNC_SPIN] = "spin lock",
    [ZG_SYNC_COND] = "condition variable",
    [ZG_SYNC_SEM] = "semaphore",
    [ZG_SYNC_BARRIER] = "barrier",
    [ZG_SYNC_BARRIER_ODD] = "barrier",
    [ZG_SYNC_ONCE] = "once",
    [ZG_SYNC_THREAD_CREATE] = "creation of thread",
    [ZG_SYNC_THREAD_CREATED] = "its creation by thread",
    [ZG_SYNC_THREAD_JOIN] = "join of thread",
    [ZG_SYNC_THREAD_ENDS] = "dead owner of a mutex",
    [ZG_SYNC_INPROC] = "inproc message",
    [ZG_SYNC_FREE] = "message with data",
    [ZG_SYNC_PROMISE] = "std::promise",
    [ZG_SYNC_STREAM] = "lock of a stream",
    [ZG_SYNC_COUNTER] = "atomic counter of libzmq",
    [ZG_SYNC_ANNOTATION] = "annotation",
    [ZG_SYNC_HANDOFF] = "ZMQGUARD_HANDOFF",
};

const char *zg_sync_kind_name(enum zg_sync_kind kind)
{
    return (unsigned)kind < ZG_SYNC_KINDS ? names[kind] : "?";
}

static void describe_age(struct zg_buf *out, uint64_t ns)
{
    if (ns < 1000000)
        zg_buf_format(out, "%lu us before", (unsigned long)(ns / 1000));
    else if (ns < 10000000000U)
        zg_buf_format(out, "%lu ms before", (unsigned long)(ns / 1000000));
    else
        zg_buf_format(out, "%lu s before", (unsigned long)(ns / 1000000000U));
}

void zg_sync_describe(struct zg_buf *out, const struct zg_sync_note *note, uint64_t now)
{
    uint64_t what = __atomic_load_n(&note->what, __ATOMIC_RELAXED);
    uint64_t time = __atomic_load_n(&note->time, __ATOMIC_RELAXED);
    enum zg_sync_kind kind = zg_note_kind(what);

    zg_buf_str(out, what != 0 ? zg_sync_kind_name(kind) : "none");
    if (kind == ZG_SYNC_THREAD_CREATE || kind == ZG_SYNC_THREAD_CREATED ||
        kind == ZG_SYNC_THREAD_JOIN)
        zg_buf_format(out, " T%lu", (unsigned long)zg_tag_addr(what));
    else if (zg_tag_addr(what) > 1) /* 1: one object for all */
        zg_buf_format(out, " 0x%lx", (unsigned long)zg_tag_addr(what));
    if (what == 0 || time == 0 || now < time)
        return;
    zg_buf_str(out, (what & ZG_NOTE_TIMED) != 0 ? " " : " at most ");
    describe_age(out, now - time);
}
