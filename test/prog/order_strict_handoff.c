/* SPDX-License-Identifier: MPL-2.0 */
/* Under policy=strict a socket that its owner lets go, and uses again since nobody came for it, has
 * had one thread all its life.
 * zg: expect silent
 * zg: options policy=strict */
#include "order.h"
#include "zmqguard.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);

    for (int i = 0; i < 3; i++) {
        use(socket);
        ZMQGUARD_HANDOFF(socket);
    }
    use(socket);
    CHECK(zmq_close(socket) == 0);
    zmq_ctx_term(context);
    return 0;
}
