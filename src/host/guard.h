/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The guard's own state: whether it has started, and what all floors above ask of it. Starting it,
 * which knows every floor, is src/start's; the three functions that lead there are declared here
 * and are the only calls that go up.
 */
#ifndef ZG_HOST_GUARD_H
#define ZG_HOST_GUARD_H

#include "base/compiler.h"
#include "model/owner.h"

enum zg_state {
    ZG_STATE_RAW = 0, /* not started */
    ZG_STATE_OFF,     /* inert: AT_SECURE, or the guard cannot work here */
    ZG_STATE_READY,
    ZG_STATE_ENDING, /* the exit summary was printed; calls are still checked */
};
/* atomic; written by zg_start_ensure() and at exit */
extern uint32_t zg_state;

/* src/start: starts the guard, in the first thread that comes; another goes on unguarded. */
void zg_start_slow(void);
/* Starts the guard if that did not happen yet. Bad options end the process with status 2. */
ZG_INLINE void zg_start_ensure(void)
{
    if (zg_unlikely(__atomic_load_n(&zg_state, __ATOMIC_ACQUIRE) == ZG_STATE_RAW))
        zg_start_slow();
}
/* src/start. Loads libunwind, which takes the loader's lock: not where that is another thread's. */
void zg_start_stacks(void);
/* src/start. The application calls libzmq: libunwind is loaded and the place for reports taken hold
 * of now, not at the start of every process. */
void zg_start_tracking_slow(void);
extern bool zg_start_is_tracking; /* atomic */
ZG_INLINE void zg_start_tracking(void)
{
    if (zg_unlikely(!__atomic_load_n(&zg_start_is_tracking, __ATOMIC_RELAXED)))
        zg_start_tracking_slow();
}
/* The policy in force. */
enum zg_policy zg_policy_now(void);
/* "fence": the word of policy=. */
const char *zg_policy_name(enum zg_policy policy);

#endif
