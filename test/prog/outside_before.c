/* SPDX-License-Identifier: MPL-2.0 */
/* What a thread took in before the owner's last use, by more than the guard's clock tells, cannot
 * follow from it. */
/* zg: expect cross-thread-use */
#include "order.h"

static void *run(void *socket)
{
    int ends[2];
    char byte;

    CHECK(pipe(ends) == 0 && write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1);
    reached(1);
    await(2);
    use(socket);
    reached(3);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, run, socket);
    await(1);
    usleep(50000); /* more than two ticks of any kernel's clock */
    use(socket);
    reached(2);
    await(3);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
