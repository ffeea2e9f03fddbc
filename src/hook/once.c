/* SPDX-License-Identifier: MPL-2.0 */
/* pthread_once(). Not __cxa_guard_acquire(), by which C++ initialises function statics: who finds
 * one complete has compared a byte in its own code, and calls nothing. */
#include "track/once.h"

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
