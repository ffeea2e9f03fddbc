/* SPDX-License-Identifier: MPL-2.0 */
/* Eight threads make and close sockets at once; the allocator gives the same addresses again.
 * zg: expect silent
 * zg: runs 100 */
#include "order.h"

static void *context;

static void *run(void *unused)
{
    for (int i = 0; i < 40; i++) {
        void *sockets[3];

        for (int k = 0; k < 3; k++) {
            sockets[k] = make_socket(context);
            use(sockets[k]);
        }
        for (int k = 0; k < 3; k++)
            zmq_close(sockets[k]);
    }
    return unused;
}

int main(void)
{
    pthread_t threads[8];

    context = zmq_ctx_new();
    for (int i = 0; i < 8; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    zmq_ctx_term(context);
    return 0;
}
