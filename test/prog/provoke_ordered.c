/* SPDX-License-Identifier: MPL-2.0 */
/* One thread uses the socket under the lock, the other forgets it, and an order of each two uses is
 * seen all the same, by another lock that both happen to take before: only provoke=MS finds it.
 * zg: expect concurrent-use
 * zg: options provoke=200
 * zg: report proven by provocation
 * zg: bare none
 */
#include "order.h"

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_mutex_t log_ = PTHREAD_MUTEX_INITIALIZER;
static void *socket_;

static void *run(void *locks)
{
    for (int i = 0; i < 100000; i++) {
        if (locks != NULL)
            pthread_mutex_lock(&lock);
        pthread_mutex_lock(&log_);
        pthread_mutex_unlock(&log_);
        use(socket_);
        pthread_mutex_lock(&log_);
        pthread_mutex_unlock(&log_);
        if (locks != NULL)
            pthread_mutex_unlock(&lock);
        usleep(1000);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    socket_ = make_socket(context);
    pthread_create(&thread, NULL, run, &lock);
    run(NULL);
    return 4;
}
