/* SPDX-License-Identifier: MPL-2.0 */
/* References to a socket are counted by libzmq's own counter: who brings it to zero closes. */
/* zg: expect silent */

#include "order.h"

static void *references, *shared;

static void drop(void)
{
    if (zmq_atomic_counter_dec(references) == 0)
        zmq_close(shared);
}

static void *run(void *unused)
{
    use(shared);
    drop();
    reached(1);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    references = zmq_atomic_counter_new();
    zmq_atomic_counter_set(references, 1);
    CHECK(zmq_atomic_counter_inc(references) == 1 && zmq_atomic_counter_value(references) == 2);
    shared = make_socket(context);
    CHECK(pthread_create(&thread, NULL, run, NULL) == 0);
    await(1);
    drop();
    pthread_join(thread, NULL);
    zmq_atomic_counter_destroy(&references);
    CHECK(references == NULL);
    zmq_ctx_term(context);
    return 0;
}
