/* SPDX-License-Identifier: MPL-2.0 */
/* pthread_setname_np: libzmq names its threads, which gives away one that is linked statically. */
#include "host/blind.h"
#include "host/libc.h"
#include "report/unguarded.h"

ZG_EXPORT int pthread_setname_np(pthread_t thread, const char *name)
{
    if (zg_blind_note_thread_name(name, ZG_RETURN_ADDRESS()))
        zg_unguarded_say();
    return ZG_REAL_LIBC(pthread_setname_np)(thread, name);
}
