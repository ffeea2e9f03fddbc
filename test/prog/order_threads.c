/* SPDX-License-Identifier: MPL-2.0 */
/* Creating and joining, in every way: the child has the socket until it is joined.
 * zg: expect silent
 * zg: runs 20 */
#include <threads.h>
#include <time.h>

#include "order.h"

void *zmq_threadstart(void (*routine)(void *), void *arg);
void zmq_threadclose(void *thread);

static void *run(void *socket)
{
    use(socket);
    return NULL;
}

static void *leave(void *socket)
{
    use(socket);
    pthread_exit(NULL);
}

static int run_c11(void *socket)
{
    use(socket);
    return 0;
}

static void run_zmq(void *socket)
{
    use(socket);
}

/* A destructor of thread-specific data is the last to use it. */
static pthread_key_t key;
static void use_last(void *socket)
{
    use(socket);
}

static void *set_key(void *socket)
{
    pthread_setspecific(key, socket);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    struct timespec real, mono;
    pthread_t thread;
    thrd_t c11;

    pthread_key_create(&key, use_last);
    use(socket);
    pthread_create(&thread, NULL, run, socket);
    pthread_join(thread, NULL);
    use(socket);
    pthread_create(&thread, NULL, leave, socket);
    while (pthread_tryjoin_np(thread, NULL) != 0)
        usleep(100);
    use(socket);
    clock_gettime(CLOCK_REALTIME, &real);
    clock_gettime(CLOCK_MONOTONIC, &mono);
    real.tv_sec += 60;
    mono.tv_sec += 60;
    pthread_create(&thread, NULL, set_key, socket);
    pthread_timedjoin_np(thread, NULL, &real);
    use(socket);
    pthread_create(&thread, NULL, run, socket);
    pthread_clockjoin_np(thread, NULL, CLOCK_MONOTONIC, &mono);
    use(socket);
    thrd_create(&c11, run_c11, socket);
    thrd_join(c11, NULL);
    use(socket);
    zmq_threadclose(zmq_threadstart(run_zmq, socket));
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
