/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A socket is asked for in a context that was terminated.
 *
 * zg: expect use-after-term
 * zg: report zmq_socket\(\) on a context that was terminated, by the main thread
 * zg: report context C1 terminated by the main thread
 * zg: runs 20
 * zg: bare any
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();

    CHECK(zmq_ctx_term(context) == 0);
    zmq_socket(context, ZMQ_PAIR);
    return 0;
}
