/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A report with lines is made by a helper program; the host must not notice: no SIGCHLD, nothing
 * for wait(), no descriptor more, errno and signal mask as libzmq left them.
 *
 * zg: expect double-close
 * zg: options on_error=log
 * zg: report #0 main .*report_unseen\.c:[0-9]+
 * zg: report ^SUMMARY: libzmqguard: double-close .*report_unseen\.c:[0-9]+ in main$
 * zg: exit 0
 * zg: bare any
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

static volatile sig_atomic_t children;

static void on_child(int sig)
{
    (void)sig;
    children++;
}

static int low_descriptors(void)
{
    int count = 0;

    for (int fd = 0; fd < 64; fd++)
        count += fcntl(fd, F_GETFD) >= 0;
    return count;
}

#define must(x)                                                                                    \
    do {                                                                                           \
        if (!(x)) {                                                                                \
            fprintf(stderr, "line %d: %s (errno %d)\n", __LINE__, #x, errno);                      \
            exit(1);                                                                               \
        }                                                                                          \
    } while (0)

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PUSH);
    sigset_t before, after;
    int descriptors, error;

    signal(SIGCHLD, on_child);
    zmq_close(socket);
    pthread_sigmask(SIG_SETMASK, NULL, &before);
    descriptors = low_descriptors();
    errno = 0;
    must(zmq_close(socket) == -1);
    error = errno;
    pthread_sigmask(SIG_SETMASK, NULL, &after);
    must(error == ENOTSOCK);
    must(children == 0);
    must(wait(NULL) == -1 && errno == ECHILD);
    must(waitpid(-1, NULL, __WALL) == -1 && errno == ECHILD);
    must(low_descriptors() <= descriptors); /* the reaper closes some, in its own time */
    for (int sig = 1; sig < 64; sig++)
        must(sigismember(&before, sig) == sigismember(&after, sig));
    zmq_ctx_term(context);
    return 0;
}
