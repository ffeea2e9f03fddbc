/* SPDX-License-Identifier: MPL-2.0 */
/* The hook of poll(): zmq_ctx_term() that waits long is reported from within its own wait; files
 * of ipc endpoints are looked at now and then; and what the application finds by it came from
 * outside. */
#include "track/term.h"

#include <errno.h>
#include <poll.h>

#include "endpoint/file.h"
#include "host/libc.h"
#include "host/outside.h"
#include "track/edge.h"

#define MS 1000000UL

/* Rounded up: the limit is reached when the poll ends. */
static int until(uint64_t deadline)
{
    uint64_t now = zg_sys_now();

    return now < deadline ? (int)((deadline - now + MS - 1) / MS) : 0;
}

/* libzmq waits without a limit while this thread is inside of zmq_ctx_term(). */
ZG_COLD static int wait_and_tell(struct pollfd *fds, nfds_t count, uintptr_t frame)
{
    int saved = errno;
    int rc;

    if (!zg_stack_has_frame(zg_stall.frame, frame)) {
        zg_stall.call = NULL;
        return ZG_REAL_LIBC(poll)(fds, count, -1);
    }
    rc = ZG_REAL_LIBC(poll)(fds, count, until(zg_stall.deadline));
    if (rc != 0)
        return rc;
    zg_stall_report();
    zg_stall.call = NULL; /* once a context */
    errno = saved;
    return ZG_REAL_LIBC(poll)(fds, count, -1);
}

ZG_NOINLINE static int slow_poll(struct pollfd *fds, nfds_t count, int timeout, uintptr_t caller,
                                 uintptr_t frame)
{
    int rc;

    if (timeout < 0 && zg_stall.call != NULL && zg_lib_is_libzmq(caller))
        return wait_and_tell(fds, count, frame);
    rc = ZG_REAL_LIBC(poll)(fds, count, timeout);
    if (timeout != 0)
        zg_file_watch();
    return rc;
}

ZG_EXPORT int poll(struct pollfd *fds, nfds_t count, int timeout)
{
    int rc = zg_likely(zg_stall.call == NULL && zg_libc.poll != NULL &&
                       !__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED))
                 ? zg_libc.poll(fds, count, timeout)
                 : slow_poll(fds, count, timeout, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());

    if (zg_edge_is_active() && rc > 0)
        zg_outside_polled("poll", fds, count, ZG_RETURN_ADDRESS());
    return rc;
}
