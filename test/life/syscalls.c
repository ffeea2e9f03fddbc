/* SPDX-License-Identifier: MPL-2.0 */
/*
 * syscalls TIMES: what a program does all day, so often, in one thread: messages over inproc from
 * several places, lives of locks, and hand-overs of what one object released to another, for none
 * of which it asks the kernel for anything. With "outside" before TIMES it waits for pipes and
 * eventfds and reads them, in each of the ways that there are; with "silent" for a timer, and reads
 * files.
 */
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/select.h>
#include <sys/timerfd.h>
#include <threads.h>
#include <unistd.h>
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
    pthread_spinlock_t spin;
    pthread_barrier_t barrier;
    pthread_cond_t cond;
    mtx_t mtx;
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
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    pthread_spin_lock(&spin);
    pthread_spin_unlock(&spin);
    pthread_spin_destroy(&spin);
    pthread_barrier_init(&barrier, NULL, 1);
    pthread_barrier_wait(&barrier);
    pthread_barrier_destroy(&barrier);
    mtx_init(&mtx, mtx_plain);
    mtx_lock(&mtx);
    mtx_unlock(&mtx);
    mtx_destroy(&mtx);
}

static void at_depth(int depth, void (*what)(void))
{
    if (depth > 0)
        at_depth(depth - 1, what);
    else
        what();
    __asm__ volatile("" ::: "memory");
}

static int loop, event, pipe_ends[2], zero, timer;
static FILE *file;

static bool watch(int fd, uint64_t data)
{
    struct epoll_event watched = {.events = EPOLLIN, .data.u64 = data};

    return epoll_ctl(loop, EPOLL_CTL_ADD, fd, &watched) == 0;
}

static bool open_descriptors(void)
{
    loop = epoll_create1(0);
    event = eventfd(0, 0);
    return pipe(pipe_ends) == 0 && watch(pipe_ends[0], 0);
}

static bool open_silent(void)
{
    struct itimerspec soon = {.it_value.tv_nsec = 1};

    loop = epoll_create1(0);
    timer = timerfd_create(CLOCK_MONOTONIC, 0);
    zero = open("/dev/zero", O_RDONLY);
    file = fopen("/proc/self/exe", "r");
    return watch(timer, 1) && timerfd_settime(timer, 0, &soon, NULL) == 0 && file != NULL &&
           setvbuf(file, NULL, _IONBF, 0) == 0;
}

static void wait_and_read(void)
{
    struct epoll_event ready;
    struct pollfd polled = {.fd = pipe_ends[0], .events = POLLIN};
    zmq_pollitem_t item = {.fd = event, .events = ZMQ_POLLIN};
    uint64_t number = 1;
    char byte = 'x';
    fd_set set;

    FD_ZERO(&set);
    FD_SET(pipe_ends[0], &set);
    if (write(pipe_ends[1], &byte, 1) != 1 || write(event, &number, sizeof(number)) < 0 ||
        epoll_wait(loop, &ready, 1, -1) != 1 || poll(&polled, 1, -1) != 1 ||
        select(pipe_ends[0] + 1, &set, NULL, NULL, NULL) != 1 || zmq_poll(&item, 1, -1) != 1 ||
        read(pipe_ends[0], &byte, 1) != 1 || read(event, &number, sizeof(number)) < 0)
        abort();
}

/* What tells nothing of other threads, which is found out once. */
static void wait_for_silent(void)
{
    struct epoll_event ready;
    struct pollfd polled = {.fd = timer, .events = POLLIN};
    zmq_pollitem_t item = {.fd = timer, .events = ZMQ_POLLIN};
    char byte;

    rewind(file);
    if (epoll_wait(loop, &ready, 1, -1) != 1 || poll(&polled, 1, -1) != 1 ||
        zmq_poll(&item, 1, -1) != 1 || read(zero, &byte, 1) != 1 || fgetc(file) == EOF)
        abort();
}

static void all_day(long times)
{
    for (long i = 0; i < times; i++) {
        at_depth((int)(i % 7), exchange);
        message();
        at_depth((int)(i % 3), message_of_its_own);
        lives();
    }
}

static void repeat(void (*what)(void), long times)
{
    for (long i = 0; i < times; i++)
        what();
}

int main(int argc, char **argv)
{
    long times = argc > 1 ? atol(argv[argc - 1]) : 0;
    void *context = zmq_ctx_new();

    ends[0] = zmq_socket(context, ZMQ_PAIR);
    ends[1] = zmq_socket(context, ZMQ_PAIR);
    if (zmq_bind(ends[0], "inproc://x") != 0 || zmq_connect(ends[1], "inproc://x") != 0)
        return 1;
    if (argc < 3)
        all_day(times);
    else if (strcmp(argv[1], "outside") == 0 && open_descriptors())
        repeat(wait_and_read, times);
    else if (strcmp(argv[1], "silent") == 0 && open_silent())
        repeat(wait_for_silent, times);
    else
        return 1;
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    zmq_ctx_term(context);
    return 0;
}
