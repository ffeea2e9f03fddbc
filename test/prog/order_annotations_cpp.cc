/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard.h in C++, in a program that is not position-independent.
 * zg: expect silent
 * zg: link -no-pie -fno-pie */
#include "order.h"
#include "zmqguard.h"

static void *run(void *socket)
{
    await(1);
    ZMQGUARD_ACQUIRE(&step);
    use(socket);
    ZMQGUARD_HANDOFF(socket);
    reached(2);
    return NULL;
}

int main()
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_t thread;

    CHECK(zmqguard_active() == (getenv("ZMQGUARD_OPTIONS") != NULL));
    pthread_create(&thread, NULL, run, socket);
    use(socket);
    ZMQGUARD_RELEASE(&step);
    reached(1);
    await(2);
    use(socket);
    pthread_join(thread, NULL);
    ZMQGUARD_IGNORE_BEGIN();
    zmq_close(socket);
    ZMQGUARD_IGNORE_END();
    zmq_ctx_term(context);
    return 0;
}
