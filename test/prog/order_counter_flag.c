/* SPDX-License-Identifier: MPL-2.0 */
/* A counter of libzmq's says that a socket was used, and that it may be used again. Skipped with
 * libzmq.a linked in, where counters are not seen. */
/* zg: expect silent */
/* zg: options policy=fence */
#include <dlfcn.h>

#include "order.h"

struct link_map;
#ifdef PREPARE /* by who includes this */
static void PREPARE(const struct link_map *libzmq);
#else
#define PREPARE(libzmq) (void)(libzmq)
#endif

static void *turn;

static void *run(void *socket)
{
    for (int i = 0; i < 10; i++) {
        while (zmq_atomic_counter_value(turn) != 2 * i + 1)
            usleep(100);
        use(socket);
        zmq_atomic_counter_inc(turn);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    const struct link_map *libzmq = dlopen("libzmq.so.5", RTLD_LAZY | RTLD_NOLOAD);
    pthread_t thread;

    if (libzmq == NULL)
        return 77;
    PREPARE(libzmq);
    turn = zmq_atomic_counter_new();
    CHECK(pthread_create(&thread, NULL, run, socket) == 0);
    for (int i = 0; i < 10; i++) {
        use(socket);
        zmq_atomic_counter_set(turn, 2 * i + 1);
        while (zmq_atomic_counter_value(turn) != 2 * i + 2)
            usleep(100);
    }
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_atomic_counter_destroy(&turn);
    zmq_ctx_term(context);
    return 0;
}
