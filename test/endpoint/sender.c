/* SPDX-License-Identifier: MPL-2.0 */
/* Sends one message: sender URI. Says "sent", waits for the end of stdin. */
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    void *push = zmq_socket(context, ZMQ_PUSH);
    int zero = 0;
    char c;

    if (argc != 2 || zmq_setsockopt(push, ZMQ_LINGER, &zero, sizeof(zero)) != 0 ||
        zmq_connect(push, argv[1]) != 0 || zmq_send(push, "secret", 6, 0) != 6)
        return 2;
    puts("sent");
    fflush(stdout);
    (void)!read(STDIN_FILENO, &c, 1);
    zmq_close(push);
    zmq_ctx_term(context);
    return 0;
}
