/* SPDX-License-Identifier: MPL-2.0 */
/* Binds the same path over and over, with umask 0: rebinder URI TIMES. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    int times = argc == 3 ? atoi(argv[2]) : 0;

    umask(0);
    for (int i = 0; i < times; i++) {
        void *pull;

        while ((pull = zmq_socket(context, ZMQ_PULL)) == NULL) /* the reaper is behind */
            usleep(1000);
        if (zmq_bind(pull, argv[1]) != 0) {
            perror("zmq_bind");
            return 2;
        }
        zmq_close(pull);
    }
    zmq_ctx_term(context);
    return times == 0;
}
