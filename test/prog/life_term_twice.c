/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A context is terminated twice.
 *
 * zg: expect use-after-term
 * zg: report zmq_ctx_term\(\) on a context that was terminated
 * zg: bare any
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);

    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    zmq_ctx_term(context);
    return 0;
}
