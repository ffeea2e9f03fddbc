/* SPDX-License-Identifier: MPL-2.0 */
/* pthread_once(). Not __cxa_guard_acquire(), by which C++ initialises function statics: who finds
 * one complete has compared a byte in its own code, and calls nothing. */
#include "track/once.h"

#define DONE 2 /* glibc's nptl/pthreadP.h, all versions: __PTHREAD_ONCE_DONE */

/*
 * In a process without libpthread (glibc < 2.34), by a weak reference: it has one thread. tcmalloc
 * comes here out of malloc(), where nothing can be loaded. (test/life/hostile.sh)
 */
static int once_alone(pthread_once_t *control, void (*routine)(void))
{
    if (*control != DONE)
        routine();
    *control = DONE;
    return 0;
}

ZG_EXPORT int pthread_once(pthread_once_t *control, void (*routine)(void))
{
    uintptr_t caller = ZG_RETURN_ADDRESS();
    struct zg_once once ZG_CLEANUP(zg_once_end) = {
        .routine = routine, .control = control, .caller = caller};
    int rc;

    if (zg_unlikely(zg_libc.pthread_once == NULL))
        zg_libc_init();
    zg_once_begin(&once);
    rc = zg_libc.pthread_once != NULL ? zg_libc.pthread_once(control, zg_once_run)
                                      : once_alone(control, zg_once_run);
    if (rc == 0)
        zg_edge_acquire(caller, control, ZG_SYNC_ONCE);
    return rc;
}
