/* SPDX-License-Identifier: MPL-2.0 */
/*
 * zmq_ctx_term() is interrupted by a signal all the time, and called again: it is one long wait,
 * said once.
 *
 * zg: expect warning term-stall
 * zg: options term_stall=1
 * zg: report zmq_ctx_term\(\) by the main thread has waited 1 s for 1 open socket of context C1
 * zg: runs 1
 */
#include <sys/time.h>

#include "life.h"

static void ignore(int unused)
{
    (void)unused;
}

int main(void)
{
    struct sigaction action = {.sa_handler = ignore};
    struct itimerval often = {{.tv_usec = 20000}, {.tv_usec = 20000}}, never = {{0, 0}, {0, 0}};
    void *context = zmq_ctx_new();
    void *forgotten = zmq_socket(context, ZMQ_PUSH);
    int interrupted = 0;

    CHECK(zmq_connect(forgotten, "tcp://127.0.0.1:9") == 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    while (zmq_ctx_term(context) != 0) {
        CHECK(errno == EINTR);
        if (++interrupted == 100) {
            CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
            CHECK(zmq_close(forgotten) == 0);
        }
    }
    return 0;
}
