/* SPDX-License-Identifier: MPL-2.0 */
/* A socket goes to and fro by a pair of pipes: its calls are held, and nobody comes into them.
 * zg: expect silent
 * zg: options provoke=20
 */
#include "order.h"

static int there[2], back[2];

static void play(int in, int out)
{
    void *socket;

    for (int i = 0; i < 10; i++) {
        CHECK(read(in, &socket, sizeof(socket)) == sizeof(socket));
        use(socket);
        CHECK(write(out, &socket, sizeof(socket)) == sizeof(socket));
    }
}

static void *run(void *unused)
{
    play(there[0], back[1]);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    pthread_t thread;

    CHECK(pipe(there) == 0 && pipe(back) == 0);
    CHECK(write(back[1], &socket, sizeof(socket)) == sizeof(socket));
    pthread_create(&thread, NULL, run, NULL);
    play(back[0], there[1]);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
