/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Forks while another thread makes objects of libzmq's, for which the guard goes through the
 * loader's list. The children go there too, and come to an end.
 *
 * zg: expect silent
 */
#include <pthread.h>
#include <stdbool.h>
#include <sys/wait.h>

#include "life.h"

static volatile bool over;

static void *make_timers(void *unused)
{
    while (!over) {
        void *timers = zmq_timers_new();

        CHECK(zmq_timers_destroy(&timers) == 0);
    }
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pthread_t threads[2];
    int status;

    for (int i = 0; i < 2; i++)
        CHECK(pthread_create(&threads[i], NULL, make_timers, NULL) == 0);
    for (int i = 0; i < 400; i++) {
        pid_t pid = fork();

        CHECK(pid >= 0);
        if (pid == 0) {
            void *timers;

            alarm(100);
            timers = zmq_timers_new();
            _exit(zmq_timers_destroy(&timers));
        }
        CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    }
    over = true;
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(zmq_close(socket) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
