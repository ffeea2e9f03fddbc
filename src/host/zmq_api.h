/* SPDX-License-Identifier: MPL-2.0 */
/*
 * libzmq's API as the hooks see it. Declared here, not taken from zmq.h: the guard is built once
 * for every libzmq from 4.1 on, and stands in front of functions that an installed header lacks.
 * Source: include/zmq.h of libzmq 4.1.0 to HEAD.
 */
#ifndef ZG_HOST_ZMQ_API_H
#define ZG_HOST_ZMQ_API_H

#include <signal.h>
#include <stdint.h>
#include <sys/uio.h>

#include "base/compiler.h"

struct zg_zmq_msg; /* zmq_msg_t */

struct zg_pollitem { /* zmq_pollitem_t */
    void *socket;
    int fd;
    short events;
    short revents;
};

#define ZG_ZMQ_LAST_ENDPOINT 32
#define ZG_ZMQ_TYPE          16
#define ZG_ZMQ_THREAD_SAFE   81
#define ZG_ZMQ_LINGER        17
#define ZG_ZMQ_SUBSCRIBE     6
#define ZG_ZMQ_UNSUBSCRIBE   7
#define ZG_ZMQ_FD            14
#define ZG_ZMQ_EVENTS        15
#define ZG_ZMQ_POLLIN        1
#define ZG_ZMQ_BLOCKY        70 /* of a context */

typedef void zg_timer_fn(int timer_id, void *arg);
typedef void zg_free_fn(void *data, void *hint);

ZG_EXPORT void *zmq_ctx_new(void);
ZG_EXPORT void *zmq_init(int io_threads);
ZG_EXPORT int zmq_ctx_term(void *context);
ZG_EXPORT int zmq_term(void *context);
ZG_EXPORT int zmq_ctx_destroy(void *context);
ZG_EXPORT int zmq_ctx_shutdown(void *context);
ZG_EXPORT int zmq_ctx_set(void *context, int option, int value);
ZG_EXPORT int zmq_ctx_get(void *context, int option);

ZG_EXPORT void *zmq_socket(void *context, int type);
ZG_EXPORT int zmq_close(void *socket);
ZG_EXPORT int zmq_setsockopt(void *socket, int option, const void *value, size_t len);
ZG_EXPORT int zmq_getsockopt(void *socket, int option, void *value, size_t *len);
ZG_EXPORT int zmq_bind(void *socket, const char *address);
ZG_EXPORT int zmq_connect(void *socket, const char *address);
ZG_EXPORT int zmq_unbind(void *socket, const char *address);
ZG_EXPORT int zmq_disconnect(void *socket, const char *address);
ZG_EXPORT int zmq_socket_monitor(void *socket, const char *address, int events);

ZG_EXPORT int zmq_send(void *socket, const void *buf, size_t len, int flags);
ZG_EXPORT int zmq_send_const(void *socket, const void *buf, size_t len, int flags);
ZG_EXPORT int zmq_recv(void *socket, void *buf, size_t len, int flags);
ZG_EXPORT int zmq_msg_send(struct zg_zmq_msg *msg, void *socket, int flags);
ZG_EXPORT int zmq_msg_recv(struct zg_zmq_msg *msg, void *socket, int flags);
ZG_EXPORT int zmq_msg_init_data(struct zg_zmq_msg *msg, void *data, size_t size,
                                zg_free_fn *free_fn, void *hint);
ZG_EXPORT int zmq_sendmsg(void *socket, struct zg_zmq_msg *msg, int flags);
ZG_EXPORT int zmq_recvmsg(void *socket, struct zg_zmq_msg *msg, int flags);
ZG_EXPORT int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags);
ZG_EXPORT int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags);

ZG_EXPORT int zmq_poll(struct zg_pollitem *items, int count, long timeout);
ZG_EXPORT int zmq_proxy(void *frontend, void *backend, void *capture);
ZG_EXPORT int zmq_proxy_steerable(void *frontend, void *backend, void *capture, void *control);
ZG_EXPORT int zmq_device(int type, void *frontend, void *backend);

ZG_EXPORT void zmq_atomic_counter_set(void *counter, int value);
ZG_EXPORT int zmq_atomic_counter_inc(void *counter);
ZG_EXPORT int zmq_atomic_counter_dec(void *counter);
ZG_EXPORT int zmq_atomic_counter_value(void *counter);
ZG_EXPORT void zmq_atomic_counter_destroy(void **counter);

ZG_EXPORT void *zmq_timers_new(void);
ZG_EXPORT int zmq_timers_destroy(void **timers);
ZG_EXPORT int zmq_timers_add(void *timers, size_t interval, zg_timer_fn *handler, void *arg);
ZG_EXPORT int zmq_timers_cancel(void *timers, int timer_id);
ZG_EXPORT int zmq_timers_set_interval(void *timers, int timer_id, size_t interval);
ZG_EXPORT int zmq_timers_reset(void *timers, int timer_id);
ZG_EXPORT long zmq_timers_timeout(void *timers);
ZG_EXPORT int zmq_timers_execute(void *timers);

/* Draft functions: not exported (host/patch.h says how they are reached), hence other names. */
int zg_hook_zmq_ctx_set_ext(void *context, int option, const void *value, size_t len);
int zg_hook_zmq_ctx_get_ext(void *context, int option, void *value, size_t *len);
int zg_hook_zmq_join(void *socket, const char *group);
int zg_hook_zmq_leave(void *socket, const char *group);
uint32_t zg_hook_zmq_connect_peer(void *socket, const char *address);
int zg_hook_zmq_disconnect_peer(void *socket, uint32_t routing_id);
int zg_hook_zmq_socket_get_peer_state(void *socket, const void *routing_id, size_t size);
int zg_hook_zmq_socket_monitor_versioned(void *socket, const char *address, uint64_t events,
                                         int version, int type);
int zg_hook_zmq_socket_monitor_pipes_stats(void *socket);
int zg_hook_zmq_ppoll(struct zg_pollitem *items, int count, long timeout, const sigset_t *mask);
void *zg_hook_zmq_poller_new(void);
int zg_hook_zmq_poller_destroy(void **poller);
int zg_hook_zmq_poller_size(void *poller);
int zg_hook_zmq_poller_add(void *poller, void *socket, void *data, short events);
int zg_hook_zmq_poller_modify(void *poller, void *socket, short events);
int zg_hook_zmq_poller_remove(void *poller, void *socket);
int zg_hook_zmq_poller_wait(void *poller, void *event, long timeout);
int zg_hook_zmq_poller_wait_all(void *poller, void *events, int count, long timeout);
int zg_hook_zmq_poller_fd(void *poller, int *fd);
int zg_hook_zmq_poller_add_fd(void *poller, int fd, void *data, short events);
int zg_hook_zmq_poller_modify_fd(void *poller, int fd, short events);
int zg_hook_zmq_poller_remove_fd(void *poller, int fd);

#endif
