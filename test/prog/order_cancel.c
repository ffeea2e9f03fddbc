/* SPDX-License-Identifier: MPL-2.0 */
/* A thread is cancelled in pthread_cond_wait(): its cleanup handler has the mutex again.
 * zg: expect silent
 * zg: runs 20 */
#include "order.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static void *socket_;
static int waits;

static void clean_up(void *unused)
{
    (void)unused;
    use(socket_);
    pthread_mutex_unlock(&mutex);
}

static void *wait(void *unused)
{
    pthread_mutex_lock(&mutex);
    use(socket_);
    waits = 1;
    pthread_cleanup_push(clean_up, NULL);
    for (;;)
        pthread_cond_wait(&never, &mutex);
    pthread_cleanup_pop(0);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;
    int seen = 0;

    socket_ = make_socket(context);
    pthread_create(&thread, NULL, wait, NULL);
    while (!seen) {
        pthread_mutex_lock(&mutex);
        seen = waits;
        if (seen)
            use(socket_);
        pthread_mutex_unlock(&mutex);
    }
    pthread_cancel(thread);
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&mutex);
        use(socket_);
        pthread_mutex_unlock(&mutex);
    }
    pthread_join(thread, NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
