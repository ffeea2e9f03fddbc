/* SPDX-License-Identifier: MPL-2.0 */
/* A hand-over that nothing seen orders is a finding of its own where that is asked for. The calls
 * are not held with provoke=off.
 * zg: expect unproven-hand-over
 * zg: options unproven-hand-over=error:provoke=off
 * zg: report nothing seen orders the two calls; by read they may be in order
 */
#include "order.h"

static int ends[2];

static void *run(void *unused)
{
    void *socket;

    CHECK(read(ends[0], &socket, sizeof(socket)) == sizeof(socket));
    use(socket);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket;
    pthread_t thread;

    CHECK(pipe(ends) == 0);
    pthread_create(&thread, NULL, run, NULL);
    socket = make_socket(context);
    use(socket);
    CHECK(write(ends[1], &socket, sizeof(socket)) == sizeof(socket));
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
