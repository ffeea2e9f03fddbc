/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Binds as it is told: binder UMASK DIRECTORY URI [MODE], and then gives the file that mode. Writes
 * the endpoint and a newline to stdout (an empty line: zmq_bind() failed) once it is bound, waits
 * for a byte on stdin, ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

int main(int argc, char **argv)
{
    char bound[256] = "", c;
    size_t len = sizeof(bound);
    void *context = zmq_ctx_new();
    void *pull = zmq_socket(context, ZMQ_PULL);

    if (argc < 4 || chdir(argv[2]) != 0)
        return 2;
    umask((mode_t)strtoul(argv[1], NULL, 8));
    if (zmq_bind(pull, argv[3]) == 0)
        zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, bound, &len);
    if (argc == 5 && chmod(bound + sizeof("ipc://") - 1, (mode_t)strtoul(argv[4], NULL, 8)) != 0)
        return 2;
    printf("%s\n", bound);
    fflush(stdout);
    (void)!read(STDIN_FILENO, &c, 1);
    zmq_close(pull);
    zmq_ctx_term(context);
    return 0;
}
