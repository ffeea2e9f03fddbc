/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-replaced
// zg: report-not zmq_close
// zg: report ipc://x does not name the bound socket any more
/* Another process takes the name away, and no peer ever comes: noticed by a thread that waits. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    zmq_pollitem_t item = {.socket = pull, .events = ZMQ_POLLIN};
    int status;

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    if (fork() == 0) {
        (void)ipc_listen("y");
        _exit(rename("y", "x"));
    }
    CHECK(wait(&status) > 0 && status == 0);
    CHECK(zmq_poll(&item, 1, 1) == 0);
    ipc_end(context, pull);
    return 0;
}
