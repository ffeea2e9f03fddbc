/* SPDX-License-Identifier: MPL-2.0 */
/* A thread leaves a barrier late: a signal handler keeps it in the wait until the other thread has
 * used the socket and has come to the next round. Their uses are not ordered by that.
 * zg: expect cross-thread-use
 * zg: report use_late */
#include "order.h"

#include <signal.h>
#include <sys/syscall.h>

#include "waiting.h"

#ifndef SHARED
#define SHARED PTHREAD_PROCESS_PRIVATE
#endif

static pthread_barrier_t barrier;
static void *socket_;
static int kept[2], go_on[2]; /* pipes: the handler runs; it may return */
static int main_tid, late_tid;

static int is_in_barrier(int tid)
{
    return waiting_at(tid) - (unsigned long)&barrier < sizeof(barrier);
}

static void keep(int signal)
{
    char byte = 0;

    (void)signal;
    CHECK(write(kept[1], &byte, 1) == 1);
    CHECK(syscall(SYS_read, go_on[0], &byte, 1) == 1); /* read() would be something taken in */
}

static __attribute__((noinline)) void use_late(void)
{
    use(socket_);
    __asm__ volatile("");
}

static void *leave_late(void *unused)
{
    __atomic_store_n(&late_tid, (int)syscall(SYS_gettid), __ATOMIC_RELAXED);
    pthread_barrier_wait(&barrier);
    use_late();
    pthread_barrier_wait(&barrier);
    return unused;
}

static void *let_go(void *unused)
{
    char byte = 0;

    await(1);
    while (!is_in_barrier(main_tid))
        usleep(100);
    CHECK(write(go_on[1], &byte, 1) == 1);
    return unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = keep};
    void *context = zmq_ctx_new();
    pthread_barrierattr_t attr;
    pthread_t late, other;
    char byte;

    alarm(60);
    CHECK(pipe(kept) == 0 && pipe(go_on) == 0);
    sigaction(SIGUSR1, &action, NULL);
    main_tid = (int)syscall(SYS_gettid);
    socket_ = make_socket(context);
    pthread_barrierattr_init(&attr);
    pthread_barrierattr_setpshared(&attr, SHARED);
    pthread_barrier_init(&barrier, &attr, 2);
    pthread_create(&late, NULL, leave_late, NULL);
    pthread_create(&other, NULL, let_go, NULL);
    while (!is_in_barrier(__atomic_load_n(&late_tid, __ATOMIC_RELAXED)))
        usleep(100);
    pthread_kill(late, SIGUSR1);
    CHECK(syscall(SYS_read, kept[0], &byte, 1) == 1);
    pass_ticks(); /* the signal was taken in before */
    pthread_barrier_wait(&barrier);
    use(socket_);
    reached(1);
    pthread_barrier_wait(&barrier);
    pthread_join(late, NULL);
    pthread_join(other, NULL);
    pthread_barrier_destroy(&barrier);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
