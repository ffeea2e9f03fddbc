/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What a thread does inside ZMQGUARD_IGNORE_BEGIN/END: it is not checked and makes nobody an owner,
 * but its messages order, as its locks do, and what it makes and closes is made and closed.
 *
 * The thread enters nothing. These do nothing for any other thread, or for what is no open socket;
 * the handle is what the application passed. They preserve errno, and may block for a lock.
 */
#ifndef ZG_TRACK_IGNORED_H
#define ZG_TRACK_IGNORED_H

#include "model/inproc.h"
#include "track/call.h"

/* Before the real call that may send. */
void zg_ignored_send(const void *socket);
/* After the real call that has received something, or knows that there is something. */
void zg_ignored_receive(const void *socket);
/* zg_inproc_bound or zg_inproc_connected. */
typedef void zg_ignored_how(const struct zg_context *c, struct zg_socket *s, const char *name);
/* Before the real zmq_bind() or zmq_connect() of any transport. */
void zg_ignored_attach(const void *socket, zg_ignored_how *how, const char *address);
/* Before the real zmq_close(). Returns what zg_handles_bury() gets after it, or NULL. */
struct zg_socket *zg_ignored_close(const struct zg_call *call, const void *socket);

#endif
