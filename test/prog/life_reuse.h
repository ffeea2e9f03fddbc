/* SPDX-License-Identifier: MPL-2.0 */
/*
 * An allocator that gives a freed socket's address to the next socket, or to the next timer set
 * when it is told to, as allocators do now and then, but always: what glibc frees in libzmq's
 * reaper thread may merge with its neighbours.
 */
#ifndef TEST_PROG_LIFE_REUSE_H
#define TEST_PROG_LIFE_REUSE_H

#include <malloc.h>

#include "life.h"

enum { LIFE_SMALLEST = 700, LIFE_KEPT = 4096 }; /* a socket has some 1000 bytes */

extern void *__libc_malloc(size_t size);
extern void __libc_free(void *p);

static void *life_kept[LIFE_KEPT];
static int life_kept_count;
static int life_kept_lock;
static __thread void *life_next; /* what this thread is given next, of whatever size; NULL none */

static void life_lock(void)
{
    while (__atomic_exchange_n(&life_kept_lock, 1, __ATOMIC_ACQUIRE) != 0)
        ;
}

static void life_unlock(void)
{
    __atomic_store_n(&life_kept_lock, 0, __ATOMIC_RELEASE);
}

static void *life_take(size_t size)
{
    void *p = NULL;

    life_lock();
    for (int i = life_kept_count - 1; i >= 0 && p == NULL; i--) {
        size_t usable = malloc_usable_size(life_kept[i]);

        if (usable < size || usable > size + 32)
            continue;
        p = life_kept[i];
        life_kept[i] = life_kept[--life_kept_count];
    }
    life_unlock();
    return p;
}

void *malloc(size_t size)
{
    void *p = life_next;

    life_next = NULL;
    if (p == NULL && size >= LIFE_SMALLEST)
        p = life_take(size);
    return p != NULL ? p : __libc_malloc(size);
}

void free(void *p)
{
    life_lock();
    if (p != NULL && life_kept_count < LIFE_KEPT && malloc_usable_size(p) >= LIFE_SMALLEST &&
        malloc_usable_size(p) < 65536) {
        life_kept[life_kept_count++] = p;
        p = NULL;
    }
    life_unlock();
    __libc_free(p);
}

/* Until libzmq's reaper has freed what was there, however late that is. */
static inline void life_await_free(const void *address)
{
    int is_free = 0;

    while (!is_free) {
        life_lock();
        for (int i = 0; i < life_kept_count; i++)
            is_free |= life_kept[i] == address;
        life_unlock();
        if (!is_free)
            usleep(1000);
    }
}

/* A new socket at this address. The first of at most 900: a context takes 1023. */
static inline void *life_socket_at(void *context, int type, void *address)
{
    static void *others[900];
    int count = 0;
    void *socket;

    life_await_free(address);
    socket = zmq_socket(context, type);
    while (socket != address && count < 900) {
        others[count++] = socket;
        socket = zmq_socket(context, type);
    }
    CHECK(socket == address);
    while (count > 0)
        CHECK(zmq_close(others[--count]) == 0);
    return socket;
}

static inline void life_unkeep(const void *address)
{
    life_lock();
    for (int i = 0; i < life_kept_count; i++) {
        if (life_kept[i] == address)
            life_kept[i--] = life_kept[--life_kept_count];
    }
    life_unlock();
}

/* A new timer set at the address of a closed socket. */
static inline void *life_timers_at(void *address)
{
    void *timers;

    life_await_free(address);
    life_unkeep(address);
    life_next = address;
    timers = zmq_timers_new();
    CHECK(timers == address);
    return timers;
}

#endif
