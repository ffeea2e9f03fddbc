/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The ownership protocol of src/model/owner.{h,c} for spin, on a machine with store buffers (x86
 * TSO): symmetric threads, one object, biased to one of them or shared.
 *
 *   spin -a owner.pml && cc -O2 -DSAFETY -DCOLLAPSE -o pan pan.c && ./pan -m1000000
 *
 * It must hold as it is, and fail with each part removed: spin -a -DNO_HEAVY (the challenger's
 * fence), -DNO_ENTERING (its look at what the owner is about to enter, or inside of by the usual
 * way), -DNO_SECOND_LOOK (the word once more after the compare-and-swap), -DNO_VERSION (counting
 * how often the bias came back).
 *
 * Plain stores of a thread go through its FIFO buffer. A locked instruction drains the thread's
 * own buffer, a membarrier everybody's.
 */
#ifndef THREADS
#define THREADS 2
#endif
#ifndef USES
#define USES 3
#endif

byte owner = 1;      /* word: low half */
byte flags = 0;      /* word: 0 biased, 1 REVOKED, 2 REVOKED and SHARED */
byte version = 0;    /* word: how often the bias was given again */
byte in = 0;         /* who is inside, 0 nobody */
byte entering[4];    /* by thread: about to enter the object, or inside the usual way */
byte critical = 0;

/* Store buffers. What a store is to: 1 word := biased to val, 2 in, 3 entering[thread]. */
chan buf[4] = [4] of { byte, byte };
byte pending[4];     /* a thread with stores of its own in flight reads through copies */
byte own_in[4];

inline store(th, var_, val_) {
    atomic { buf[th] ! var_, val_; if :: var_ == 2 -> own_in[th] = val_; pending[th]++ :: else fi }
}

inline drain(th) {
    atomic { buf[th] ? var, val;
        if
        :: var == 1 -> owner = val; flags = 0; version++
        :: var == 2 -> in = val; pending[th]--
        :: var == 3 -> entering[th] = val
        fi; var = 0; val = 0 }
}

active proctype memory() {
    byte var, val;
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
    critical++;
    assert(critical == 1);
    critical--
}

#ifdef NO_VERSION
#define OTHER_VERSION false
#else
#define OTHER_VERSION (version != seen_version)
#endif
#define READ_IN(th) (pending[th] > 0 -> own_in[th] : in)
/* A thread that has just biased the object to itself sees that at once: it stays in order, so the
 * model drains before the next use instead of keeping a copy of the word. */

proctype thread(byte me) {
    byte uses = 0;
    byte seen_owner, seen_version, seen_flags;
    do
    :: uses < USES ->
        uses++;
        store(me, 3, 1);
        if
        :: owner == me && flags == 0 && READ_IN(me) == 0 ->
            if
            :: store(me, 2, me); /* zg_owned_enter() */
                store(me, 3, 0);
                use();
                store(me, 2, 0); /* zg_owned_leave() */
                goto next
            :: use(); /* zg_owned_enter_fast() */
                store(me, 3, 0); /* zg_owned_leave_fast() */
                goto next
            fi
        :: else -> store(me, 3, 0)
        fi;
slow:   /* zg_owned_enter_slow(): share() */
        atomic { empty(buf[me]);
            if :: flags == 0 -> flags = 1 :: else fi;
            seen_flags = flags; seen_owner = owner; seen_version = version };
        if
        :: seen_flags == 1 ->
#ifndef NO_HEAVY
            atomic { empty(buf[1]) && empty(buf[2]) && empty(buf[3]) };
#endif
            /* a compare-and-swap of the whole word: of this revocation, not of a later one */
            atomic { if
                :: flags == 1 && owner == seen_owner && !OTHER_VERSION -> flags = 2
                :: else fi }
        :: else
        fi;
        atomic { seen_owner = owner; seen_version = version; seen_flags = flags };
        if :: seen_flags != 2 -> goto slow :: else fi;
#ifndef NO_ENTERING
        if :: entering[seen_owner] == 1 && seen_owner != me -> goto next :: else fi;
#endif
        atomic { empty(buf[me]);
            if :: in == 0 -> in = me :: else -> goto next fi };
#ifndef NO_SECOND_LOOK
        if
        :: owner != seen_owner || flags != 2 || OTHER_VERSION ->
            atomic { if :: in == me -> in = 0 :: else fi };
            goto slow
        :: else
        fi;
#endif
        /* settle(): ours now; perhaps biased */
        atomic { owner = me };
        if :: store(me, 1, me) :: skip fi;
        use();
        store(me, 2, 0);
next:   skip
    :: else -> break
    od
}

init { atomic { run thread(1); run thread(2);
#if THREADS > 2
    run thread(3)
#endif
} }
