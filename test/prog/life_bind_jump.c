/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A handler leaves zmq_bind() by a longjmp, after the guard has found that anybody may write to the
 * file. The report waits for the end of the call, which does not come: it is written all the same
 * when the thread calls libzmq again, or when the process ends, by exit() or a signal, while the
 * thread is idle or gone.
 *
 * zg: expect silent
 * zg: options on_error=log
 * zg: bare none
 */
#include <pthread.h>
#include <setjmp.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/socket.h>

#include "life.h"

static sigjmp_buf out;
static void *context;
static struct life_signal jumped, never;
static bool has_jumped;

static void on_usr1(int number)
{
    has_jumped = true;
    siglongjmp(out, number);
}

/* libzmq calls it when the endpoint is bound and listens. */
int getsockname(int fd, struct sockaddr *addr, socklen_t *len)
{
    if (!has_jumped)
        CHECK(raise(SIGUSR1) == 0);
    return (int)syscall(SYS_getsockname, fd, addr, len);
}

static bool is_reported(void)
{
    static char text[65536];

    memset(text, 0, sizeof(text));
    CHECK(pread(STDERR_FILENO, text, sizeof(text) - 1, 0) >= 0);
    return strstr(text, "ERROR: libzmqguard: ipc-world-writable: ") != NULL;
}

static void *bind_and_jump(void *way)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);
    char path[64];

    snprintf(path, sizeof(path), "ipc://jump.%s", (const char *)way);
    if (sigsetjmp(out, 1) == 0)
        CHECK(zmq_bind(socket, path) == 0);
    CHECK(has_jumped && !is_reported());
    if (strcmp(way, "again") == 0) {
        CHECK(zmq_socket(context, ZMQ_PAIR) != NULL);
        CHECK(is_reported());
    }
    if (strcmp(way, "gone") == 0)
        return way;
    life_signal_post(&jumped);
    life_signal_wait(&never);
    return way;
}

/* In a program of its own: ends so. */
static void end(char *way)
{
    pthread_t thread;

    context = zmq_ctx_new();
    CHECK(signal(SIGUSR1, on_usr1) != SIG_ERR);
    life_signal_init(&jumped);
    life_signal_init(&never);
    umask(0);
    CHECK(pthread_create(&thread, NULL, bind_and_jump, way) == 0);
    if (strcmp(way, "gone") == 0)
        CHECK(pthread_join(thread, NULL) == 0);
    else
        life_signal_wait(&jumped);
    if (strcmp(way, "term") == 0)
        CHECK(raise(SIGTERM) == 0);
    exit(0);
}

int main(int argc, char **argv)
{
    static char *const ways[] = {"again", "idle", "gone", "term"};

    if (argc > 1)
        end(argv[1]);
    CHECK(dup2(memfd_create("stderr", 0), STDERR_FILENO) == STDERR_FILENO);
    for (int i = 0; i < 4; i++) {
        pid_t pid;
        int status;

        CHECK(ftruncate(STDERR_FILENO, 0) == 0);
        CHECK(lseek(STDERR_FILENO, 0, SEEK_SET) == 0);
        pid = fork();
        CHECK(pid >= 0);
        if (pid == 0)
            execl("/proc/self/exe", argv[0], ways[i], NULL);
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(status == (strcmp(ways[i], "term") == 0 ? SIGTERM : 0));
        CHECK(is_reported());
    }
    return 0;
}
