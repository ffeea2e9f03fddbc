/* SPDX-License-Identifier: MPL-2.0 */
/* Every other way to lock: spin, try, timed, clock, recursive, error-checking, and a robust mutex
 * whose owner died. All inits and static initialisers too.
 * zg: expect silent
 * zg: runs 20 */
#include <errno.h>
#include <time.h>

#include "order.h"

#define WAYS 8

static pthread_mutex_t plain = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t recursive = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
static pthread_mutex_t checking = PTHREAD_ERRORCHECK_MUTEX_INITIALIZER_NP;
static pthread_mutex_t robust;
static pthread_spinlock_t spin;
static void *sockets[WAYS];

static struct timespec in_a_minute(clockid_t clock)
{
    struct timespec until;

    clock_gettime(clock, &until);
    until.tv_sec += 60;
    return until;
}

static void with(int way)
{
    struct timespec real = in_a_minute(CLOCK_REALTIME), mono = in_a_minute(CLOCK_MONOTONIC);

    switch (way) {
    case 0:
        while (pthread_mutex_trylock(&plain) != 0)
            usleep(10);
        break;
    case 1:
        CHECK(pthread_mutex_timedlock(&plain, &real) == 0);
        break;
    case 2:
        CHECK(pthread_mutex_clocklock(&plain, CLOCK_MONOTONIC, &mono) == 0);
        break;
    case 3:
        pthread_spin_lock(&spin);
        break;
    case 4:
        while (pthread_spin_trylock(&spin) != 0)
            ;
        break;
    case 5:
        pthread_mutex_lock(&recursive);
        pthread_mutex_lock(&recursive);
        break;
    case 6:
        CHECK(pthread_mutex_lock(&checking) == 0);
        CHECK(pthread_mutex_lock(&checking) == EDEADLK);
        break;
    default:
        if (pthread_mutex_lock(&robust) == EOWNERDEAD)
            CHECK(pthread_mutex_consistent(&robust) == 0);
    }
    use(sockets[way]);
    switch (way) {
    case 0 ... 2:
        pthread_mutex_unlock(&plain);
        break;
    case 3 ... 4:
        pthread_spin_unlock(&spin);
        break;
    case 5:
        pthread_mutex_unlock(&recursive);
        use(sockets[way]);
        pthread_mutex_unlock(&recursive);
        break;
    case 6:
        pthread_mutex_unlock(&checking);
        break;
    default:
        pthread_mutex_unlock(&robust);
    }
}

static void *run(void *unused)
{
    for (int i = 0; i < 20; i++) {
        for (int way = 0; way < WAYS; way++)
            with(way);
    }
    return unused;
}

/* Ends with the lock held: its last release is what the thread's end is to the next owner. */
static void *die(void *unused)
{
    pthread_mutex_lock(&robust);
    use(sockets[7]);
    pthread_mutex_unlock(&robust);
    pthread_mutex_lock(&robust);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[3];
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutex_init(&robust, &attr);
    pthread_spin_init(&spin, PTHREAD_PROCESS_PRIVATE);
    for (int i = 0; i < WAYS; i++)
        sockets[i] = make_socket(context);
    for (int i = 0; i < 3; i++)
        pthread_create(&threads[i], NULL, i < 2 ? run : die, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(threads[i], NULL);
    for (int i = 0; i < WAYS; i++)
        zmq_close(sockets[i]);
    pthread_spin_destroy(&spin);
    zmq_ctx_term(context);
    return 0;
}
