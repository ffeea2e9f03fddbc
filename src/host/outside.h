/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What threads took in from outside: by a pipe, a socket, a signal, a message queue, a process that
 * ended, a message over tcp. It may follow from what another thread did, by ways that no preload
 * can trace; so it is no order that is seen, but one that is possible. Regular files and clocks
 * tell nothing of other threads and do not count.
 *
 * A note is a plain store into the thread's own record: when (to ten milliseconds), and
 * at which epoch, so that what the thread hands on by a lock or a queue afterwards is known to come
 * after it. It is weighed only when a verdict needs it.
 *
 * The time is that of the kernel's coarse clock, which costs a fifth of the other. It stands still
 * between the kernel's ticks, and for as long as the machine below does not run the processor that
 * counts them: what was received meanwhile is not noted again. So it is compared with the coarse
 * clock at the use, never with the other one.
 */
#ifndef ZG_HOST_OUTSIDE_H
#define ZG_HOST_OUTSIDE_H

#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/select.h>

#include "base/sys.h"
#include "host/thread.h"

/* The calling thread took something in by the function of this name, called from `caller`. Calls
 * of libzmq's own do not count. Async-signal-safe; leaves errno alone. */
void zg_outside_took(const char *how, uintptr_t caller);
/* The same by reading from a descriptor: regular files, /dev/null and its like, and timers do not
 * count (host/silent.h). What told once is asked about again only after a suspicion that rests on
 * what was taken in. */
void zg_outside_read(const char *how, int fd, uintptr_t caller);
/* The same by finding descriptors ready, which as many of the first `count` are as have revents, by
 * poll(); by select(), whose sets hold the ready ones; by epoll_wait(), where the kernel says which
 * descriptors the events are of. What files and timers are ready for does not count; what cannot be
 * found out does. */
void zg_outside_polled(const char *how, const struct pollfd *fds, size_t count, uintptr_t caller);
void zg_outside_selected(const char *how, int count, const fd_set *const sets[3], uintptr_t caller);
void zg_outside_epolled(const char *how, int fd, const struct epoll_event *events, int count,
                        uintptr_t caller);
/* The calling thread is about to run a handler of the host's: what it does may follow from what
 * another thread or process did, but not when the signal is a timer's, or a fault of the thread's
 * own. In the handler's place. */
void zg_outside_signalled(int number, const siginfo_t *info);
/* The same of a thread that is inside a call, by a descriptor that it found ready. */
void zg_outside_found(struct zg_thread *t, const char *how, int fd);
/* The same of a thread that is inside a call on a socket of another transport than inproc. now:
 * zg_sys_coarse(). */
void zg_outside_came(struct zg_thread *t, const char *how, uint64_t now);
ZG_INLINE void zg_outside_received(struct zg_thread *t, const char *how)
{
    uint64_t now = zg_sys_coarse();

    if (zg_unlikely(t->outside_seen != now))
        zg_outside_came(t, how, now);
}

/*
 * Has the thread taken something in since that moment (zg_sys_coarse()), or learnt by an order that
 * is seen what another thread did after it had? NULL: no. Else the name of the function; ends in
 * doubt with "yes". Takes the lock of threads.
 */
const char *zg_outside_since(const struct zg_thread *t, uint64_t since);

#endif
