/* SPDX-License-Identifier: MPL-2.0 */
/* Who gives up the record of a detached thread: the thread in its last destructor, or who detaches
 * it (src/host/thread.c, end_as()). Exactly one does. SPLIT: each tells by a flag of its own and reads
 * the other's, in the order in which each came to it: both may see nothing, or both something. */
byte ends, finished, detached, given_up, done;

#define SELF     1
#define DETACHED 2

inline end_as(who, other)
{
    d_step { seen = ends; ends = ends | who }
    if
    :: seen & other -> given_up++
    :: else
    fi
}

active proctype thread()
{
    byte seen;
#ifdef SPLIT
    finished = 1;
    seen = detached;
    if
    :: seen -> given_up++
    :: else
    fi;
#else
    end_as(SELF, DETACHED);
#endif
    done++
}

active proctype detacher()
{
    byte seen;
#ifdef SPLIT
    seen = finished;
    detached = 1;
    if
    :: seen -> given_up++
    :: else
    fi;
#else
    end_as(DETACHED, SELF);
#endif
    done++
}

active proctype once()
{
    (done == 2);
    assert(given_up == 1)
}
