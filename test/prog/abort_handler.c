/* SPDX-License-Identifier: MPL-2.0 */
/*
 * An application's handler for SIGABRT tidies up with libzmq calls: no deadlock, no second report,
 * and the process dies of SIGABRT when it returns.
 *
 * zg: expect double-close
 * zg: report ^tidied up$
 * zg: bare any
 */
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static void *context, *left;

static void on_abort(int sig)
{
    static const char text[] = "tidied up\n";

    (void)sig;
    zmq_close(left);
    zmq_close(left); /* a breach again: goes straight through */
    (void)!write(2, text, strlen(text));
}

int main(void)
{
    void *socket;

    context = zmq_ctx_new();
    left = zmq_socket(context, ZMQ_PUSH);
    socket = zmq_socket(context, ZMQ_PUSH);
    signal(SIGABRT, on_abort);
    zmq_close(socket);
    zmq_close(socket);
    return 0;
}
