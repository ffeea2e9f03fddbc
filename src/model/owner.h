/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Who owns an object (a socket, a timer set, a poller), and whether a use is in order.
 *
 * The owner's own uses cost plain stores: the object is *biased* to it. Another thread that uses
 * the object revokes the bias; from then on the object is *shared* and entered by compare-and-swap,
 * until its owner has used it often enough undisturbed to be given the bias again.
 *
 *   owner, biased:  the object has my handle? entering = object; light fence; word is mine and
 *                   in is 0? then in = me; entering = another than the object        -> entered
 *     fast path:    the object has my handle? entering = object; light fence; word is mine?
 *                   entering stays until it leaves: while `in` is me it names another,
 *                   so it tells both                                        -> entered
 *   challenger:     word |= REVOKED; heavy fence; word |= SHARED
 *   shared:         the owner's `entering` is not this object; in: 0 -> me by compare-and-swap;
 *                   the word is still the one seen before                   -> entered
 *   else                                                                    -> overlap
 *
 * `entering` stands in the thread's record, not in the object, because a thread that was preempted
 * before its plain store must not overwrite what others wrote since. It may only ever name the
 * object that the thread was called with. The thread found the object by a hint or in a cache, and
 * what it finds there may be stale: an object that it has handed over since. The new owner is still
 * to take the bias away, and would take this thread for being inside. Hence the handle is compared
 * first. Later is not needed: a record changes its handle only when it is made a new object, and
 * then the word names the thread that did so.
 *
 * The bias is given again under a new version of the word. test/stress/owner.pml checks all this
 * with store buffers, stale hints and three threads; test/stress/owner_stress.c hammers it, and
 * test/stress/handover.c does so through libzmq. A signal handler that comes while its thread is
 * entering leaves `entering` alone and goes the challenger's way, for its own objects too.
 *
 * A thread that is entered has the record to itself: it alone writes the last-use fields.
 */
#ifndef ZG_MODEL_OWNER_H
#define ZG_MODEL_OWNER_H

#include "base/arch.h"
#include "base/fence.h"
#include "model/clock.h"

enum zg_policy { ZG_POLICY_AUTO, ZG_POLICY_FENCE, ZG_POLICY_STRICT, ZG_POLICY_OVERLAP };

/* zg_owned.word: the owner's id (32 bits), flags (8 bits), version of the bias (24 bits). Any flag
 * sends uses down the slow path. */
#define ZG_OWNED_VERSION   ((uint64_t)1 << 40)    /* the version's lowest bit */
#define ZG_OWNED_PLAIN     (ZG_OWNED_VERSION - 1) /* what must equal the id for a plain entry */
#define ZG_OWNED_REVOKED   ((uint64_t)1 << 32)
#define ZG_OWNED_SHARED    ((uint64_t)1 << 37) /* revoked, and the heavy fence is done */
#define ZG_OWNED_UNCHECKED ((uint64_t)1 << 33) /* thread-safe type: never checked */
#define ZG_OWNED_CLOSED    ((uint64_t)1 << 34)
#define ZG_OWNED_HANDOFF   ((uint64_t)1 << 35) /* handed off: the next user takes it */
#define ZG_OWNED_FORKED    ((uint64_t)1 << 36) /* made by the parent of this process */

/* A use: which function (index into zmq.def) and from where (host/stack.h), in one store. */
#define ZG_USE_SENT ((uint64_t)1 << 63) /* a send: what the message orders is inproc.h's */

ZG_INLINE uint64_t zg_use_make(uint32_t op, uint32_t stack)
{
    return (uint64_t)op << 32 | stack;
}
ZG_INLINE uint32_t zg_use_op(uint64_t use)
{
    return (uint32_t)(use >> 32) & 0xffff;
}
ZG_INLINE uint32_t zg_use_stack(uint64_t use)
{
    return (uint32_t)use;
}

struct zg_sync;

struct zg_owned {
    uint64_t word;    /* atomic: owner's actor id, and flags. Read by all; written by who creates,
                         challenges, is entered, or closes */
    uint32_t in;      /* atomic: id of the actor inside a call, 0 = none */
    int32_t left;     /* uses until one is to be timed: due - left is the number of uses so far */
    uintptr_t handle; /* the libzmq pointer; written before the record is published */
    /* The last use, written by the actor inside, as left and due are: */
    uint64_t use;          /* zg_use_make() */
    zg_epoch epoch;        /* of the last use */
    struct zg_actor *bias; /* atomic: whom the word names; written before the word */
    /* What sends and receives look at, beside the rest of what they do: model/inproc.h. */
    struct zg_sync *own;  /* mostly: what its one inproc end alone releases into; else
                             &zg_inproc_none. Not set before the socket's inproc is */
    uint32_t generation;  /* of the record: one more each time it is given to a new object */
    bool io;              /* somebody has sent, received or waited: strict binds the owner */
    bool moved_by_strict; /* strict would have reported a hand-over: for the exit summary */
    bool quiet; /* atomic: a receive by inproc->quiet_for teaches nothing: model/inproc.h */
    /* 64 bytes up to here; colder: */
    uintptr_t frame;  /* frame address of the hook: tells nested from abandoned (longjmp) calls. Of
                         a use by the fast path in the actor */
    uint64_t due;     /* number of the last use before the next one that is to be timed */
    uint64_t time;    /* zg_sys_now() at use number timed; not every use is timed */
    uint64_t timed;   /* which use `time` belongs to */
    uint16_t behind;  /* ms that zg_sys_coarse() was behind at `time`, rounded up */
    uint16_t revoked; /* how often the bias was taken away, up to a limit */
    uint32_t run;     /* shared mode: consecutive uses by the owner. Written by who is inside */
} __attribute__((aligned(16)));
_Static_assert(offsetof(struct zg_owned, frame) == 64, "what every use touches is one cache line");
_Static_assert(offsetof(struct zg_owned, in) % 16 == 8, "zg_owned_of()");

enum zg_entry {
    ZG_ENTRY_OK,        /* entered; same owner, or a hand-over that is in order */
    ZG_ENTRY_ADOPTED,   /* entered; in order; the owner changed */
    ZG_ENTRY_UNORDERED, /* entered and now the owner, but nothing orders the two uses */
    ZG_ENTRY_OVERLAP,   /* not entered: another actor is inside */
    ZG_ENTRY_NESTED,    /* not entered: this actor is inside already */
    ZG_ENTRY_CLOSED,    /* not entered: the object was closed */
    ZG_ENTRY_UNCHECKED, /* not entered: nothing to check */
    ZG_ENTRY_FORKED,    /* not entered: the object belongs to the parent process */
};

/* The state of the object as a slow entry found it; for the report. */
struct zg_prior {
    uint32_t owner;  /* actor id */
    uint32_t inside; /* actor id for OVERLAP and NESTED */
    zg_epoch epoch;
    uint64_t use;
    uint64_t calls;
    uint64_t time;
    uint64_t coarse; /* zg_sys_coarse() at that time or a little earlier; 0 unknown */
    uint64_t timed;
    uintptr_t frame;
    bool io;
};

/* The record is private to the caller: makes it an object owned by a, and publishes it. */
void zg_owned_init(struct zg_owned *o, struct zg_actor *a, uintptr_t handle, uint64_t flags);

/* Everything that is not the owner's undisturbed next use. prior is filled in. Once entered:
 * zg_owned_stay(). */
enum zg_entry zg_owned_enter_slow(struct zg_owned *o, struct zg_actor *a, uintptr_t handle,
                                  struct zg_prior *prior);

/* What `entering` names while its thread is inside of objects that say so themselves (`in`): none.
 * It keeps handlers from the fast path, and shows when a longjmp has abandoned the call. */
extern ZG_HIDDEN const struct zg_owned zg_owned_several;

/* What `entering` names the object by. It ends in 8, as objects are aligned to 16; a frame address
 * and it never add up to another frame address, which end in 0: a hint's frame is compared with
 * their sum, so that a thread that is entering or inside has no hint. */
ZG_INLINE const struct zg_owned *zg_owned_of(const uint32_t *in)
{
    return (const struct zg_owned *)(const void *)((const char *)in -
                                                   offsetof(struct zg_owned, in));
}
ZG_INLINE uintptr_t zg_owned_sum(const struct zg_actor *a, uintptr_t frame)
{
    return frame + (uintptr_t)a->entering;
}

/* The last use, again: all of prior but who owns the object and who is inside. */
void zg_owned_look(const struct zg_owned *o, struct zg_prior *prior);

/* True when entered; else the caller goes on with zg_owned_enter_slow(). frame: the hook's, whose
 * call may have entered others before. */
ZG_INLINE bool zg_owned_enter(struct zg_owned *o, struct zg_actor *a, uintptr_t handle,
                              uintptr_t frame)
{
    const uint32_t *before = a->entering;
    bool entered;

    if (zg_unlikely(__atomic_load_n(&o->handle, __ATOMIC_RELAXED) != handle))
        return false;
    /* In a handler that interrupted these very lines, or a call: what they say must stay. */
    if (before == NULL)
        a->frame = frame;
    else if (zg_unlikely(before != &zg_owned_several.in || a->frame != frame))
        return false;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&a->entering, &o->in, __ATOMIC_RELAXED);
    zg_fence_light(); /* pairs with zg_fence_heavy() in share() */
    entered = (__atomic_load_n(&o->word, __ATOMIC_RELAXED) & ZG_OWNED_PLAIN) == a->id &&
              __atomic_load_n(&o->in, __ATOMIC_RELAXED) == 0;
    if (zg_likely(entered)) {
        __atomic_store_n(&o->in, a->id, __ATOMIC_RELAXED);
        before = &zg_owned_several.in;
    }
    /* Release: who sees it changed sees `in`. Pairs with the acquire load in enter_slow. */
    __atomic_store_n(&a->entering, before, __ATOMIC_RELEASE);
    return entered;
}

/*
 * The fast path in and out: by who was the last to use the object, in a process that has the heavy
 * fence, and is not entering anything (zg_owned_sum()). The object's word may be looked at when
 * this returns: while it is what it was then, which names this actor and has no flag, the actor is
 * inside; else zg_owned_step_back() and zg_owned_enter(). False and nothing done: the record is
 * another object's. Loads that a compare can take from memory are plain.
 */
ZG_INLINE bool zg_owned_enter_fast(struct zg_owned *o, struct zg_actor *a, uintptr_t handle,
                                   uintptr_t frame)
{
    if (zg_unlikely(o->handle != handle))
        return false;
    a->frame = frame;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&a->entering, &o->in, __ATOMIC_RELAXED);
    __atomic_signal_fence(__ATOMIC_SEQ_CST); /* pairs with zg_fence_heavy() in share() */
    return true;
}

ZG_INLINE void zg_owned_step_back(struct zg_actor *a)
{
    __atomic_store_n(&a->entering, NULL, __ATOMIC_RELEASE);
}

/* By who is inside, whom the word has named since before it entered: the object knows it, so that a
 * hook need not ask for its thread again, or keep it. */
ZG_INLINE void zg_owned_leave_fast(struct zg_owned *o)
{
    struct zg_actor *a = __atomic_load_n(&o->bias, __ATOMIC_RELAXED);

    __atomic_store_n(&o->epoch, a->epoch, __ATOMIC_RELAXED);
    __atomic_store_n(&a->entering, NULL, __ATOMIC_RELEASE); /* pairs with enter_shared() */
}

/* Uses so far. */
ZG_INLINE uint64_t zg_owned_uses(const struct zg_owned *o)
{
    return __atomic_load_n(&o->due, __ATOMIC_RELAXED) -
           (uint64_t)__atomic_load_n(&o->left, __ATOMIC_RELAXED);
}

/* One use more, which is not to be timed. */
ZG_INLINE bool zg_owned_count(struct zg_owned *o)
{
    if (zg_likely(zg_arch_count_down(&o->left)))
        return true;
    o->left++;
    return false;
}

/* The use is to be timed: it counts, and is timed. coarse: zg_sys_coarse(). */
void zg_owned_time(struct zg_owned *o, uint64_t now, uint64_t coarse);
/* What stands there as the time until a use is timed. */
void zg_owned_stamp(struct zg_owned *o, uint64_t now, uint64_t coarse);

/* Once entered: what is remembered of the use. Relaxed, for reports that look on. */
ZG_INLINE void zg_owned_note(struct zg_owned *o, struct zg_actor *a, uint64_t use, uintptr_t frame)
{
    zg_actor_advance(a);
    __atomic_store_n(&o->epoch, a->epoch, __ATOMIC_RELAXED);
    __atomic_store_n(&o->use, use, __ATOMIC_RELAXED);
    __atomic_store_n(&o->frame, frame, __ATOMIC_RELAXED);
}

/* The thread is inside of nothing by the call that has this frame. */
ZG_INLINE void zg_owned_leave_call(struct zg_actor *a, uintptr_t frame)
{
    if (a->entering == &zg_owned_several.in && a->frame == frame)
        __atomic_store_n(&a->entering, NULL, __ATOMIC_RELAXED);
}

/* Leaves an object that was entered and noted, and not yet the call. The epoch once more: the call
 * may have synchronised. */
ZG_INLINE void zg_owned_leave_object(struct zg_owned *o, const struct zg_actor *a)
{
    __atomic_store_n(&o->epoch, a->epoch, __ATOMIC_RELAXED);
    __atomic_store_n(&o->in, 0, __ATOMIC_RELEASE); /* pairs with the acquire in enter_slow */
}

ZG_INLINE void zg_owned_leave(struct zg_owned *o, struct zg_actor *a)
{
    uintptr_t frame = o->frame;

    zg_owned_leave_object(o, a);
    zg_owned_leave_call(a, frame);
}

/* Who is inside at this moment, 0 nobody: a glance. */
uint32_t zg_owned_inside(const struct zg_owned *o);

/* The owner hands the object off (ZMQGUARD_HANDOFF): whoever uses the object next takes it, in
 * order. Returns false when a is not the owner, or somebody is inside. */
bool zg_owned_hand_off(struct zg_owned *o, struct zg_actor *a);

/* After a slow entry: the call is the thread's outermost, if there is none. */
ZG_INLINE void zg_owned_stay(struct zg_actor *a, uintptr_t frame)
{
    if (a->entering != NULL)
        return;
    a->frame = frame;
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    __atomic_store_n(&a->entering, &zg_owned_several.in, __ATOMIC_RELAXED);
}

/* The call that was inside is gone without leaving (longjmp, an unwound stack): clears it. Only
 * the actor that is inside may say so. */
void zg_owned_abandon(struct zg_owned *o, struct zg_actor *a);

/* Under strict: may this ordered use by another thread than the owner take the object? */
bool zg_strict_allows(const struct zg_prior *prior, bool is_close, bool owner_joined);

#endif
