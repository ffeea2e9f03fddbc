/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A signal handler tells the main program by a pipe that it polls along with its socket; the call
 * that the signal interrupts fails with EINTR as without the guard.
 *
 * zg: expect silent
 */
#include <sys/time.h>

#include "life.h"

static struct life_signal told;

static void handler(int signum)
{
    (void)signum;
    life_signal_post(&told);
}

int main(void)
{
    void *context = zmq_ctx_new();
    struct sigaction action = {.sa_handler = handler};
    struct itimerval often = {{.tv_usec = 50000}, {.tv_usec = 50000}}, never = {{0, 0}, {0, 0}};
    zmq_pollitem_t items[] = {{NULL, 0, ZMQ_POLLIN, 0}, {NULL, 0, ZMQ_POLLIN, 0}};
    char text[4];
    void *socket;

    life_mask(SIG_BLOCK, SIGALRM);
    items[0].socket = socket = zmq_socket(context, ZMQ_PAIR);
    life_mask(SIG_UNBLOCK, SIGALRM);
    life_signal_init(&told);
    items[1].fd = told.fd[0];
    CHECK(zmq_bind(socket, "inproc://x") == 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    /* Again and again: the first may come before the call. */
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    CHECK(zmq_recv(socket, text, sizeof(text), 0) == -1 && errno == EINTR);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    CHECK(zmq_poll(items, 2, -1) == 1 && items[1].revents == ZMQ_POLLIN);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
