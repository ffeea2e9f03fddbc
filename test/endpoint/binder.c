/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Binds as it is told: binder UMASK DIRECTORY URI [MODE [FROM TO [ENDPOINTS]]]. The file gets that
 * mode afterwards ("" it stays), FROM is renamed to TO ("" it is not), the socket has so many
 * endpoints. Writes the endpoint and a newline to stdout (an empty line: zmq_bind() failed) once it
 * is bound, waits for a byte on stdin, ends.
 */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

/* Those before the one that counts. */
static void bind_others(void *pull, int count)
{
    char uri[32];

    for (int i = 1; i < count; i++) {
        snprintf(uri, sizeof(uri), "inproc://%d", i);
        zmq_bind(pull, uri);
    }
}

static int change(const char *bound, int argc, char **argv)
{
    if (argc > 4 && argv[4][0] != '\0' &&
        chmod(bound + sizeof("ipc://") - 1, (mode_t)strtoul(argv[4], NULL, 8)) != 0)
        return -1;
    return argc > 6 && argv[5][0] != '\0' ? rename(argv[5], argv[6]) : 0;
}

int main(int argc, char **argv)
{
    char bound[256] = "", c;
    size_t len = sizeof(bound);
    void *context = zmq_ctx_new();
    void *pull = zmq_socket(context, ZMQ_PULL);

    if (argc < 4 || chdir(argv[2]) != 0)
        return 2;
    umask((mode_t)strtoul(argv[1], NULL, 8));
    bind_others(pull, argc > 7 ? atoi(argv[7]) : 1);
    if (zmq_bind(pull, argv[3]) == 0)
        zmq_getsockopt(pull, ZMQ_LAST_ENDPOINT, bound, &len);
    if (change(bound, argc, argv) != 0)
        return 2;
    printf("%s\n", bound);
    fflush(stdout);
    (void)!read(STDIN_FILENO, &c, 1);
    zmq_close(pull);
    zmq_ctx_term(context);
    return 0;
}
