/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Another preload, which wraps some of what the guard wraps: counts sends, locks and threads. Like
 * libfaketime it also answers for the clock, with a lock held.
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static atomic_int sends, locks, threads;

int zmq_send(void *socket, const void *bytes, size_t size, int flags)
{
    int (*real)(void *, const void *, size_t, int) = dlsym(RTLD_NEXT, "zmq_send");

    sends++;
    return real(socket, bytes, size, flags);
}

int pthread_mutex_lock(pthread_mutex_t *mutex)
{
    int (*real)(pthread_mutex_t *) = dlsym(RTLD_NEXT, "pthread_mutex_lock");

    locks++;
    return real(mutex);
}

int clock_gettime(clockid_t clock, struct timespec *ts)
{
    static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    long rc;

    pthread_mutex_lock(&mutex);
    rc = syscall(SYS_clock_gettime, clock, ts);
    pthread_mutex_unlock(&mutex);
    return (int)rc;
}

int pthread_create(pthread_t *thread, const pthread_attr_t *attr, void *(*start)(void *), void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *) =
        dlsym(RTLD_NEXT, "pthread_create");

    threads++;
    return real(thread, attr, start, arg);
}

__attribute__((destructor)) static void tell(void)
{
    static const char yes[] = "noise: heard\n", no[] = "noise: nothing\n";

    if (sends > 0 && threads > 0)
        (void)!write(1, yes, sizeof(yes) - 1);
    else
        (void)!write(1, no, sizeof(no) - 1);
}
