/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Descriptors that tell nothing of other threads: regular files, timers, /dev/null and its like.
 *
 * What a descriptor is was found out by system calls, once, and is believed while no function of
 * libc closes its number or gives it to another one (hook/descriptor.c says so). What no hook sees
 * may do so, too: a system call that the program makes itself. So what was believed is looked at
 * again before something rests on it: when the number is closed, and by the verdict. When it is
 * another one by then, what was read meanwhile may have told: that is a doubt, in which an order
 * is possible. (What was replaced unseen and is back unseen, the same file under the same number,
 * is not noticed.)
 *
 * Descriptors are taken for those of all threads; a thread that has its own (unshare(2)) may see
 * others. All functions are async-signal-safe, leave errno alone, and take no lock.
 */
#ifndef ZG_HOST_SILENT_H
#define ZG_HOST_SILENT_H

#include "base/compiler.h"

/* Does what the caller has read from this descriptor tell nothing? how: the name of the function,
 * static. tick: now, as zg_outside_since() counts. No system call when that is known. False in
 * doubt. */
bool zg_silent_read(int fd, const char *how, uint64_t tick);
/* The same of an event of an epoll instance that bears this epoll_data. Of what has more
 * descriptors than fit into some kilobytes in /proc/self/fdinfo it is never known. */
bool zg_silent_event(int loop, uint64_t data, const char *how, uint64_t tick);

/* Around a call of libc that closes a descriptor, or gives its number to another. `fd` may be
 * none. */
void zg_silent_close(int fd);
void zg_silent_closed(int fd);
/* Around one that changes what an epoll instance watches; between the two, for each event that
 * another descriptor may bear from now on. */
void zg_silent_change(int loop);
void zg_silent_event_changed(int loop, uint64_t data);
void zg_silent_changed(int loop);

/* Was something believed after `since` that may not have been so? NULL, or the name of the function
 * that took it in. */
const char *zg_silent_doubt(uint64_t since);

#endif
