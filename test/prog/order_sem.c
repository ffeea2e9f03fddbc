/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads take turns by semaphores, in every way to wait for one.
 * zg: expect silent
 * zg: runs 100 */
#include <semaphore.h>
#include <time.h>

#include "order.h"

static sem_t turn[2];
static void *socket_;

static void take(sem_t *sem, int how)
{
    struct timespec until;

    clock_gettime(how % 4 == 3 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    switch (how % 4) {
    case 0:
        CHECK(sem_wait(sem) == 0);
        break;
    case 1:
        while (sem_trywait(sem) != 0)
            usleep(10);
        break;
    case 2:
        CHECK(sem_timedwait(sem, &until) == 0);
        break;
    default:
        CHECK(sem_clockwait(sem, CLOCK_MONOTONIC, &until) == 0);
    }
}

static void play(int me)
{
    for (int i = 0; i < 100; i++) {
        take(&turn[me], i);
        use(socket_);
        sem_post(&turn[1 - me]);
    }
}

static void *run(void *unused)
{
    play(1);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    socket_ = make_socket(context);
    sem_init(&turn[0], 0, 1);
    sem_init(&turn[1], 0, 0);
    pthread_create(&thread, NULL, run, NULL);
    play(0);
    sem_wait(&turn[0]);
    zmq_close(socket_);
    pthread_join(thread, NULL);
    zmq_ctx_term(context);
    return 0;
}
