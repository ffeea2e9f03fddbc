/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect ipc-replaced
// zg: options ipc_watch=1:ipc-replaced=error
// zg: report ipc://x does not name the bound socket any more
// zg: runs 1
// zg: bare none
/* Another process takes the name away; the application sleeps until a signal comes. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);
    int status;

    umask(077);
    CHECK(zmq_bind(pull, "ipc://x") == 0);
    if (fork() == 0) {
        (void)ipc_listen("y");
        _exit(rename("y", "x"));
    }
    CHECK(wait(&status) > 0 && status == 0);
    for (;;)
        pause();
}
