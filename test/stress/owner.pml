/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The ownership protocol of src/model/owner.{h,c} for spin, on a machine with store buffers (x86
 * TSO): symmetric threads and OBJECTS objects, each biased to a thread or shared. A thread finds
 * the object of a call by what it remembers, which may be another one: a stale hint with the word
 * seen then, or a stale cache.
 *
 *   spin -a owner.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m1000000
 *
 * Two questions. As it is: threads use the objects in any order, and nobody may be let in beside
 * another. With -DORDERED: an object is used by the thread that holds it alone, which hands it on
 * now and then, and nobody may be turned away.
 *
 * It must hold as it is, and fail with each part removed: -DNO_HEAVY (the challenger's fence),
 * -DNO_ENTERING (its look at what the owner is about to enter, or inside of by the fast path),
 * -DNO_SECOND_LOOK (the word once more after the compare-and-swap), -DNO_VERSION (counting how
 * often the bias came back); -DORDERED with -DHINT_UNCOMPARED or -DCACHE_UNCOMPARED (the look at
 * the object's handle before `entering` names it).
 *
 * Plain stores of a thread go through its FIFO buffer. A locked instruction drains the thread's
 * own buffer, a membarrier everybody's.
 */
#ifndef THREADS
#define THREADS 2
#endif
#ifndef OBJECTS
#define OBJECTS 1
#endif
#ifndef USES
#define USES 3
#endif

/* By object, from 1. */
byte owner[OBJECTS + 1] = 1;  /* word: low half */
byte flags[OBJECTS + 1];      /* word: 0 biased, 1 REVOKED, 2 REVOKED and SHARED */
byte version[OBJECTS + 1];    /* word: how often the bias was given again */
byte in[OBJECTS + 1];         /* who is inside, 0 nobody */
byte critical[OBJECTS + 1];
#ifdef ORDERED
byte holder[OBJECTS + 1] = 1; /* who may use it */
#endif
byte entering[4];             /* by thread: what it is about to enter, or inside of by the fast path */

/* Store buffers. What a store is to: 1 word[object] := biased to val, 2 in[object], 3
 * entering[thread]. */
chan buf[4] = [4] of { byte, byte, byte };
/* A thread with stores of its own in flight reads through copies; by thread and object. */
#define OF(th, o_) ((th) * (OBJECTS + 1) + (o_))
byte pending[4 * (OBJECTS + 1)];
byte own_in[4 * (OBJECTS + 1)];

inline store(th, var_, o_, val_) {
    atomic { buf[th] ! var_, o_, val_;
        if :: var_ == 2 -> own_in[OF(th, o_)] = val_; pending[OF(th, o_)]++ :: else fi }
}

inline drain(th) {
    atomic { buf[th] ? var, obj, val;
        if
        :: var == 1 -> owner[obj] = val; flags[obj] = 0; version[obj]++
        :: var == 2 -> in[obj] = val; pending[OF(th, obj)]--
        :: var == 3 -> entering[th] = val
        fi; var = 0; obj = 0; val = 0 }
}

active proctype memory() {
    byte var, obj, val;
end:
    do
    :: nempty(buf[1]) -> drain(1)
    :: nempty(buf[2]) -> drain(2)
#if THREADS > 2
    :: nempty(buf[3]) -> drain(3)
#endif
    od
}

inline use() {
    critical[o]++;
    assert(critical[o] == 1);
    critical[o]--
}

#ifdef ORDERED
#define MAY_USE(th, o_) (holder[o_] == th)
#define TURNED_AWAY assert(false)
#else
#define MAY_USE(th, o_) true
#define TURNED_AWAY skip
#endif
#ifdef NO_VERSION
#define OTHER_VERSION false
#else
#define OTHER_VERSION (version[o] != seen_version)
#endif
#define READ_IN(th, o_) (pending[OF(th, o_)] > 0 -> own_in[OF(th, o_)] : in[o_])
/* A thread that has just biased the object to itself sees that at once: it stays in order, so the
 * model drains before the next use instead of keeping a copy of the word. */

proctype thread(byte me) {
    byte uses = 0;
    byte o;                         /* which object the call is for */
    byte found;                     /* which one was found for it */
    byte hint = 1, hint_version;    /* the object used last while it was biased to us */
    byte seen_owner, seen_version, seen_flags;
    do
    :: uses < USES ->
        uses++;
        if
        :: MAY_USE(me, 1) -> o = 1
#if OBJECTS > 1
        :: MAY_USE(me, 2) -> o = 2
#endif
#ifdef ORDERED
        :: o = 0; goto next /* none is ours, or we leave them alone */
#endif
        fi;
        /* zg_owned_enter_fast(): by the hint */
#ifdef HINT_UNCOMPARED
        if
        :: true ->
#else
        if
        :: hint == o ->
#endif
            store(me, 3, 0, hint);
            if
            :: owner[hint] == me && flags[hint] == 0 && version[hint] == hint_version &&
               hint == o ->
                use();
                assert(owner[o] == me); /* zg_owned_leave_fast() leaves whom it names */
                store(me, 3, 0, 0);
                goto next
            :: else -> store(me, 3, 0, 0)
            fi
        :: true
        fi;
        /* zg_owned_enter(): by the cache */
        found = o;
#ifdef CACHE_UNCOMPARED
        if :: found = 1 :: found = OBJECTS fi;
#endif
        store(me, 3, 0, found);
        if
        :: found == o && owner[o] == me && flags[o] == 0 && READ_IN(me, o) == 0 ->
            store(me, 2, o, me);
            store(me, 3, 0, 0);
            use();
            store(me, 2, o, 0); /* zg_owned_leave() */
            atomic { hint = o; hint_version = version[o] };
            goto next
        :: else -> store(me, 3, 0, 0)
        fi;
slow:   /* zg_owned_enter_slow(): share() */
        atomic { empty(buf[me]);
            if :: flags[o] == 0 -> flags[o] = 1 :: else fi;
            seen_flags = flags[o]; seen_owner = owner[o]; seen_version = version[o] };
        if
        :: seen_flags == 1 ->
#ifndef NO_HEAVY
            atomic { empty(buf[1]) && empty(buf[2]) && empty(buf[3]) };
#endif
            /* a compare-and-swap of the whole word: of this revocation, not of a later one */
            atomic { if
                :: flags[o] == 1 && owner[o] == seen_owner && !OTHER_VERSION -> flags[o] = 2
                :: else fi }
        :: else
        fi;
        atomic { seen_owner = owner[o]; seen_version = version[o]; seen_flags = flags[o] };
        if :: seen_flags != 2 -> goto slow :: else fi;
#ifndef NO_ENTERING
        if
        :: entering[seen_owner] == o && seen_owner != me -> TURNED_AWAY; goto next
        :: else
        fi;
#endif
        atomic { empty(buf[me]);
            if :: in[o] == 0 -> in[o] = me :: else -> TURNED_AWAY; goto next fi };
#ifndef NO_SECOND_LOOK
        if
        :: owner[o] != seen_owner || flags[o] != 2 || OTHER_VERSION ->
            atomic { if :: in[o] == me -> in[o] = 0 :: else fi };
            goto slow
        :: else
        fi;
#endif
        /* settle(): ours now; perhaps biased */
        atomic { owner[o] = me };
        if :: store(me, 1, o, me) :: skip fi;
        use();
        store(me, 2, o, 0);
next:
#ifdef ORDERED
        /* By a lock, say: whoever gets it sees all our stores. */
        if
        :: atomic { o != 0 && MAY_USE(me, o) && empty(buf[me]) -> holder[o] = 3 - me }
        :: true
        fi;
#endif
        skip
    :: else -> break
    od
}

init { atomic { run thread(1); run thread(2);
#if THREADS > 2
    run thread(3)
#endif
} }
