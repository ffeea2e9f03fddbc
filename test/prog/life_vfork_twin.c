/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A vforked child shares its parent's memory, the guard's included: the parent's sockets stay the
 * parent's, before and after.
 *
 * zg: expect silent
 */
#include "life.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *a = zmq_socket(context, ZMQ_PAIR);
    void *b = zmq_socket(context, ZMQ_PAIR);
    char text[4];
    int status;
    pid_t child;

    CHECK(zmq_bind(a, "inproc://x") == 0);
    CHECK(zmq_connect(b, "inproc://x") == 0);
    for (int i = 0; i < 3; i++) {
        child = vfork();
        if (child == 0) {
            zmq_ctx_get(context, ZMQ_IO_THREADS); /* enters the guard in the child */
            execl("/bin/true", "true", (char *)NULL);
            _exit(1);
        }
        CHECK(waitpid(child, &status, 0) == child && status == 0);
        CHECK(zmq_send(a, "x", 1, 0) == 1);
        CHECK(zmq_recv(b, text, sizeof(text), 0) == 1);
    }
    CHECK(zmq_close(a) == 0 && zmq_close(b) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
