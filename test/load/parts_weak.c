/* SPDX-License-Identifier: MPL-2.0 */
/* Uses what another file than libc may have, if it is there: without a need for that file. */
#include <dlfcn.h>
#include <errno.h>
#include <mqueue.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>

#pragma weak dlopen
#pragma weak mq_receive
#pragma weak pthread_create
#pragma weak pthread_join
#pragma weak pthread_mutex_trylock
#pragma weak pthread_once
#pragma weak pthread_rwlock_rdlock
#pragma weak sem_trywait

static int calls;

static void once(void)
{
    calls++;
}

static void *run(void *unused)
{
    calls++;
    return unused;
}

static int threads(void)
{
    pthread_once_t control = PTHREAD_ONCE_INIT;
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
    sem_t sem = {.__size = {1}};
    pthread_t thread;

    if (pthread_once(&control, once) != 0 || pthread_once(&control, once) != 0 || calls != 1)
        return 1;
    if (pthread_mutex_trylock(&mutex) != 0 || pthread_rwlock_rdlock(&rwlock) != 0)
        return 2;
    if (sem_trywait(&sem) != 0)
        return 3;
    if (pthread_create(&thread, NULL, run, NULL) != 0 || pthread_join(thread, NULL) != 0)
        return 4;
    return calls == 2 ? 0 : 5;
}

int main(void)
{
    char byte;
    int rc = 0;

    if (pthread_once && pthread_mutex_trylock && pthread_rwlock_rdlock && sem_trywait &&
        pthread_create && pthread_join)
        rc = threads();
    if (rc == 0 && dlopen && dlopen("libm.so.6", RTLD_NOW) == NULL)
        rc = 6;
    if (rc == 0 && mq_receive && (mq_receive(-1, &byte, 1, NULL) != -1 || errno != EBADF))
        rc = 7;
    return rc;
}
