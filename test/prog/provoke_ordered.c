/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Two threads take turns by semaphores, so that an order of each two uses is seen; but neither
 * waits for ever: who is late is not waited for. Only provoke=MS finds it, by making one late.
 *
 * zg: expect concurrent-use
 * zg: options provoke=200:policy=overlap
 * zg: report proven by provocation
 * zg: bare none
 */
#include <semaphore.h>
#include <time.h>

#include "order.h"

static sem_t turns[2];
static void *socket_;

static void await_turn(sem_t *turn)
{
    struct timespec until;

    clock_gettime(CLOCK_REALTIME, &until);
    until.tv_nsec += 50000000;
    until.tv_sec += until.tv_nsec / 1000000000;
    until.tv_nsec %= 1000000000;
    (void)sem_timedwait(turn, &until);
}

static void take_turns(sem_t *mine, sem_t *other)
{
    for (int i = 0; i < 10000; i++) {
        await_turn(mine);
        use(socket_);
        sem_post(other);
    }
}

static void *run(void *unused)
{
    take_turns(&turns[1], &turns[0]);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    sem_init(&turns[0], 0, 1);
    sem_init(&turns[1], 0, 0);
    socket_ = make_socket(context);
    pthread_create(&thread, NULL, run, NULL);
    take_turns(&turns[0], &turns[1]);
    return 4;
}
