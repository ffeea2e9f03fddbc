/* SPDX-License-Identifier: MPL-2.0 */
/* The socket is used by writers; readers look whose turn it is. The last reader closes it.
 * zg: expect silent
 * zg: runs 100 */
#include <time.h>

#include "order.h"

static pthread_rwlock_t lock = PTHREAD_RWLOCK_INITIALIZER;
static void *socket_;
static int uses, readers;

static void lock_for_writing(int how)
{
    struct timespec until;

    clock_gettime(how % 4 == 3 ? CLOCK_MONOTONIC : CLOCK_REALTIME, &until);
    until.tv_sec += 60;
    switch (how % 4) {
    case 0:
        pthread_rwlock_wrlock(&lock);
        break;
    case 1:
        while (pthread_rwlock_trywrlock(&lock) != 0)
            usleep(10);
        break;
    case 2:
        CHECK(pthread_rwlock_timedwrlock(&lock, &until) == 0);
        break;
    default:
        CHECK(pthread_rwlock_clockwrlock(&lock, CLOCK_MONOTONIC, &until) == 0);
    }
}

static void *writer(void *unused)
{
    for (int i = 0; i < 100; i++) {
        lock_for_writing(i);
        if (socket_ != NULL)
            use(socket_);
        uses++;
        pthread_rwlock_unlock(&lock);
    }
    return unused;
}

static void *reader(void *unused)
{
    int seen = 0;

    while (seen < 100) {
        pthread_rwlock_rdlock(&lock);
        seen = uses;
        pthread_rwlock_unlock(&lock);
    }
    /* Two have it for reading: the last to leave hands it over by what it wrote before. */
    pthread_rwlock_rdlock(&lock);
    if (__atomic_add_fetch(&readers, 1, __ATOMIC_RELAXED) == 1)
        (void)socket_;
    pthread_rwlock_unlock(&lock);
    pthread_rwlock_wrlock(&lock);
    if (socket_ != NULL)
        zmq_close(socket_);
    socket_ = NULL;
    pthread_rwlock_unlock(&lock);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[4];

    socket_ = make_socket(context);
    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, i < 2 ? writer : reader, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    zmq_ctx_term(context);
    return 0;
}
