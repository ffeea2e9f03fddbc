/* SPDX-License-Identifier: MPL-2.0 */
/*
 * on_error=exit: ends with the code, without running what the program registered for its end, and
 * with the exit summary.
 *
 * zg: expect double-close
 * zg: options on_error=exit:exitcode=9:summary=1
 * zg: exit 9
 * zg: report findings: 1 error, 0 warnings
 * zg: report checked: 1 call, 1 socket made, 0 open, 1 thread and 2 of libzmq.s
 * zg: report-not registered
 * zg: bare any
 */
#include <stdio.h>
#include <stdlib.h>
#include <zmq.h>

static void at_exit(void)
{
    fprintf(stderr, "registered\n");
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);

    atexit(at_exit);
    zmq_close(socket);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
