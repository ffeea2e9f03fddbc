/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads use a socket under the lock of a stream. */
/* zg: expect silent */
/* zg: runs 20 */

#include "order.h"

static void *run(void *socket)
{
    for (int i = 0; i < 20; i++) {
        if (i % 2 == 0)
            flockfile(stdout);
        else
            while (ftrylockfile(stdout) != 0)
                usleep(10);
        use(socket);
        funlockfile(stdout);
    }
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    pthread_t threads[2];

    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, run, socket) == 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
