/* SPDX-License-Identifier: MPL-2.0 */
/* pthread_once(). Not __cxa_guard_acquire(), by which C++ initialises function statics: who finds
 * one complete has compared a byte in its own code, and calls nothing. */
#include "track/once.h"

#include "track/promise.h"

static __thread struct zg_once *innermost __attribute__((tls_model("initial-exec")));

void zg_once_begin(struct zg_once *once)
{
    once->outer = innermost;
    innermost = once;
}

void zg_once_end(struct zg_once *once)
{
    innermost = once->outer;
}

void zg_once_run(void)
{
    const struct zg_once *once = innermost;

    once->routine();
    zg_promise_set(once->control, once->caller);
    zg_edge_release(once->caller, once->control, ZG_SYNC_ONCE, ZG_SYNC_SHARED);
}

ZG_EXPORT int pthread_once(pthread_once_t *control, void (*routine)(void))
{
    uintptr_t caller = ZG_RETURN_ADDRESS();
    struct zg_once once ZG_CLEANUP(zg_once_end) = {
        .routine = routine, .control = control, .caller = caller};
    int rc;

    zg_once_begin(&once);
    rc = ZG_REAL_LIBC(pthread_once)(control, zg_once_run);
    if (rc == 0)
        zg_edge_acquire(caller, control, ZG_SYNC_ONCE);
    return rc;
}
