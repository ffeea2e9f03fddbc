/* SPDX-License-Identifier: MPL-2.0 */
/*
 * For the scripts: closer N closes N sockets twice each, at N places; closer N kill dies of SIGKILL
 * then; closer N detach first does what daemons do.
 *
 * zg: run by life/exit_summary.sh life/log_files.sh
 */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

static void detach(void)
{
    for (int fd = 0; fd < 1024; fd++)
        close(fd);
    open("/dev/null", O_RDWR);
    dup(0);
    dup(0);
}

/* A different depth is a different stack. */
static void __attribute__((noinline)) close_twice(void *context, int depth)
{
    void *socket;

    if (depth > 0) {
        close_twice(context, depth - 1);
        __asm__ volatile(""); /* no tail call */
        return;
    }
    socket = zmq_socket(context, ZMQ_PUSH);
    zmq_close(socket);
    zmq_close(socket);
}

int main(int argc, char **argv)
{
    int count = argc > 1 ? atoi(argv[1]) : 1;
    const char *how = argc > 2 ? argv[2] : "";
    void *context;

    if (strcmp(how, "detach") == 0)
        detach();
    context = zmq_ctx_new();
    for (int i = 0; i < count; i++)
        close_twice(context, i % 20);
    if (strcmp(how, "kill") == 0)
        raise(SIGKILL);
    zmq_ctx_term(context);
    return 0;
}
