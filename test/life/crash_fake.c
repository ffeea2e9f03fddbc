/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A stand-in for libzmq that breaks when it is told to, so that the crash comes in a known place:
 * by an assertion as libzmq has it, or by a signal, in the caller's thread or in one of its own.
 */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int zmq_errno(void)
{
    return 0;
}

const char *zmq_strerror(int n)
{
    return n ? "error" : "success";
}

void zmq_version(int *major, int *minor, int *patch)
{
    *major = 4, *minor = 3, *patch = 4;
}

int zmq_msg_init(void *msg)
{
    return msg == NULL;
}

void *zmq_msg_data(void *msg)
{
    return msg;
}

void *zmq_ctx_new(void)
{
    return malloc(64);
}

void *zmq_socket(void *context, int type)
{
    return context && type >= 0 ? malloc(64) : NULL;
}

int zmq_getsockopt(void *s, int option, void *value, size_t *size)
{
    memset(value, 0, *size);
    return s == NULL || option == 0;
}

/* A function of the program's that libzmq calls back: as zmq_msg_close() calls a free function. */
int zmq_msg_close(void *msg)
{
    void (*function)(void);

    memcpy(&function, msg, sizeof(function));
    function();
    return 0;
}

static void *give_up(void *words)
{
    fprintf(stderr, "Assertion failed: %s (%s:%d)\n", (char *)words, "src/msg.cpp", 414);
    fflush(stderr);
    abort();
}

static void *fault(void *where)
{
    volatile int *volatile nowhere = where;

    *nowhere = 1;
    return where;
}

/* As malloc(3) does when it finds its memory damaged: abort(), and not by a call of libzmq's. */
static void *free_twice(void *block)
{
    char *volatile again = block;

    free(block);
    free(again);
    return NULL;
}

static void in_thread(void *(*work)(void *), void *arg)
{
    pthread_t t;

    if (pthread_create(&t, NULL, work, arg) == 0)
        pthread_join(t, NULL);
}

int zmq_send(void *s, const void *data, size_t size, int flags)
{
    const char *how = data;

    if (strncmp(how, "says ", 5) == 0) {
        fprintf(stderr, "%s\n", how + 5);
        abort();
    }
    if (strcmp(how, "here") == 0)
        give_up("ok");
    if (strcmp(how, "there") == 0)
        in_thread(give_up, "check ()");
    if (strcmp(how, "fault") == 0 || strcmp(how, "fault first") == 0)
        fault((void *)0x10);
    if (strcmp(how, "fault there") == 0)
        in_thread(fault, (void *)0x10);
    if (strcmp(how, "twice") == 0)
        free_twice(malloc(2000));
    if (strcmp(how, "wait") == 0) /* as in poll(), for another's signal */
        pause();
    return s == NULL || size == 0 || flags;
}
