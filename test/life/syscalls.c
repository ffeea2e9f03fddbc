/* SPDX-License-Identifier: MPL-2.0 */
/*
 * syscalls TIMES: what a program does all day, so often, in one thread, in which nothing of it asks
 * the kernel for anything: messages over inproc from several places, lives of locks, and hand-overs
 * of what one object released to another.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <zmq.h>

static void *ends[2];

static void exchange(void)
{
    char bytes[8] = "";

    zmq_send(ends[0], bytes, sizeof(bytes), 0);
    zmq_recv(ends[1], bytes, sizeof(bytes), 0);
}

static void message(void)
{
    zmq_msg_t m;

    zmq_msg_init_size(&m, 8);
    zmq_msg_send(&m, ends[1], 0);
    zmq_msg_init(&m);
    zmq_msg_recv(&m, ends[0], 0);
    zmq_msg_close(&m);
}

static void no_free(void *data, void *hint)
{
    (void)data, (void)hint;
}

static void message_of_its_own(void)
{
    static char bytes[64];
    zmq_msg_t m;

    zmq_msg_init_data(&m, bytes, sizeof(bytes), no_free, NULL);
    zmq_msg_send(&m, ends[0], 0);
    zmq_msg_init(&m);
    zmq_msg_recv(&m, ends[1], 0);
    zmq_msg_close(&m);
}

static void lives(void)
{
    pthread_mutex_t mutex;
    pthread_rwlock_t rwlock;
    pthread_cond_t cond;
    sem_t sem;

    pthread_mutex_init(&mutex, NULL);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_mutex_destroy(&mutex);
    sem_init(&sem, 0, 0);
    sem_post(&sem);
    sem_wait(&sem);
    sem_destroy(&sem);
    pthread_cond_init(&cond, NULL);
    pthread_cond_signal(&cond);
    pthread_cond_destroy(&cond);
    pthread_rwlock_init(&rwlock, NULL);
    pthread_rwlock_rdlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_wrlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_rwlock_destroy(&rwlock);
}

static void at_depth(int depth, void (*what)(void))
{
    if (depth > 0)
        at_depth(depth - 1, what);
    else
        what();
    __asm__ volatile("" ::: "memory");
}

int main(int argc, char **argv)
{
    long times = argc > 1 ? atol(argv[1]) : 1000;
    void *context = zmq_ctx_new();

    ends[0] = zmq_socket(context, ZMQ_PAIR);
    ends[1] = zmq_socket(context, ZMQ_PAIR);
    if (zmq_bind(ends[0], "inproc://x") != 0 || zmq_connect(ends[1], "inproc://x") != 0)
        return 1;
    for (long i = 0; i < times; i++) {
        at_depth((int)(i % 7), exchange);
        message();
        at_depth((int)(i % 3), message_of_its_own);
        lives();
    }
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    zmq_ctx_term(context);
    return 0;
}
