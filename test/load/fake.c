/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A stand-in for libzmq that knows which copy it is (-DCOPY=n): it ends the process when it is
 * given a handle that another copy made. With -DDRAFTS it has some draft functions.
 */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifndef COPY
#define COPY 1
#endif

struct thing {
    int copy;
    int kind;
};

static void *make(int kind)
{
    struct thing *t = malloc(sizeof(*t));

    t->copy = COPY;
    t->kind = kind;
    return t;
}

static struct thing *check(const char *function, void *p, int kind)
{
    struct thing *t = p;

    if (t->copy == COPY && t->kind == kind)
        return t;
    fprintf(stderr, "%s of copy %d was given a handle of copy %d\n", function, COPY, t->copy);
    _exit(9);
}
#define CHECK(p, kind) check(__func__, (p), (kind))

enum { CONTEXT = 1, SOCKET, TIMERS, POLLER };

#define API __attribute__((visibility("default")))
#pragma GCC diagnostic ignored "-Wmissing-prototypes"

API int zmq_errno(void)
{
    return 0;
}
API const char *zmq_strerror(int n)
{
    return n ? "error" : "success";
}
API void zmq_version(int *a, int *b, int *c)
{
    *a = 4, *b = 3, *c = COPY;
}
API int zmq_msg_init(void *msg)
{
    return msg == NULL;
}
API void *zmq_msg_data(void *msg)
{
    return msg;
}
API void *zmq_ctx_new(void)
{
    return make(CONTEXT);
}
API void *zmq_init(int n)
{
    return n >= 0 ? make(CONTEXT) : NULL;
}
API void *zmq_socket(void *c, int type)
{
    return CHECK(c, CONTEXT)->copy + type ? make(SOCKET) : NULL;
}
API int zmq_close(void *s)
{
    return CHECK(s, SOCKET)->kind = 0;
}
API int zmq_ctx_term(void *c)
{
    return CHECK(c, CONTEXT)->kind = 0;
}
API int zmq_send(void *s, const void *p, size_t n, int f)
{
    CHECK(s, SOCKET);
    return p != NULL && f == 0 ? (int)n : -1;
}
API int zmq_getsockopt(void *s, int option, void *value, size_t *size)
{
    CHECK(s, SOCKET);
    if (*size == sizeof(int))
        *(int *)value = 0;
    return option == 0;
}
API void *zmq_timers_new(void)
{
    return make(TIMERS);
}
API int zmq_timers_execute(void *t)
{
    return CHECK(t, TIMERS)->kind == 0;
}
API int zmq_timers_destroy(void **t)
{
    return CHECK(*t, TIMERS)->kind = 0;
}
/* Not one that the guard knows. */
API int zmq_copy(void)
{
    return COPY;
}

#ifdef DRAFTS
API int zmq_join(void *s, const char *group)
{
    CHECK(s, SOCKET);
    return group[0];
}
API void *zmq_poller_new(void)
{
    return make(POLLER);
}
API int zmq_poller_size(void *p)
{
    return CHECK(p, POLLER)->kind == 0;
}
API int zmq_poller_destroy(void **p)
{
    return CHECK(*p, POLLER)->kind = 0;
}
#endif
