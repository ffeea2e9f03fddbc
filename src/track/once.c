/* SPDX-License-Identifier: MPL-2.0 */
/* Which run-once routine a thread is about to run, and what it releases when it has. */
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
