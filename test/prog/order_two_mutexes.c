/* SPDX-License-Identifier: MPL-2.0 */
/* Both threads lock, but not the same mutex.
 * zg: expect cross-thread-use
 * zg: runs 20
 * zg: report last released: mutex 0x */
#include "order.h"

static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER, other = PTHREAD_MUTEX_INITIALIZER;
static void *socket_;

static void use_under(pthread_mutex_t *mutex)
{
    pthread_mutex_lock(mutex);
    use(socket_);
    pthread_mutex_unlock(mutex);
}

static void *first(void *unused)
{
    for (int i = 0; i < 100; i++)
        use_under(&one);
    reached(1);
    return unused;
}

static void *second(void *unused)
{
    await(1);
    use_under(&other);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t a, b;

    socket_ = make_socket(context);
    pthread_create(&a, NULL, first, NULL);
    pthread_create(&b, NULL, second, NULL);
    pthread_join(a, NULL);
    pthread_join(b, NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
