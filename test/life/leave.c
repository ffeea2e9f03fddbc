/* SPDX-License-Identifier: MPL-2.0 */
/* Its main thread leaves while the guard reports on another one's use of its socket: leave HOW, the
 * name of a function; or "handler", "vfork". */
#include <pthread.h>
#include <signal.h>
#include <sys/syscall.h>
#include <zmq.h>

#include "held_report.h"

static int go, tid; /* atomic: an order that no hook sees */

static void *use(void *socket)
{
    while (!__atomic_load_n(&go, __ATOMIC_ACQUIRE)) {
    }
    __atomic_store_n(&tid, (int)syscall(SYS_gettid), __ATOMIC_RELEASE);
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    return socket;
}

static void by_exit(void)
{
    _exit(0);
}

static void by_Exit(void)
{
    _Exit(0);
}

static void by_quick_exit(void)
{
    quick_exit(0);
}

static void on_signal(int number)
{
    _exit(number - number);
}

static void by_handler(void)
{
    signal(SIGTERM, on_signal);
    raise(SIGTERM);
}

static pid_t child;     /* atomic */
static int waits, over; /* atomic */

/* Does the child wait in the guard? Without it it calls no futex(). */
static void *watch(void *unused)
{
    char path[64], text[100];

    while (!__atomic_load_n(&over, __ATOMIC_ACQUIRE)) {
        FILE *f;

        snprintf(path, sizeof(path), "/proc/%d/syscall", __atomic_load_n(&child, __ATOMIC_ACQUIRE));
        f = fopen(path, "r");
        if (f != NULL && fgets(text, sizeof(text), f) != NULL && atoi(text) == SYS_futex)
            __atomic_store_n(&waits, 1, __ATOMIC_RELEASE);
        if (f != NULL)
            fclose(f);
    }
    return unused;
}

/* A child that has its parent's memory, and none of its reports to wait for. */
static void by_vfork(void)
{
    pthread_t watcher;
    pid_t pid;

    if (pthread_create(&watcher, NULL, watch, NULL) != 0)
        exit(2);
    pid = vfork();
    if (pid == 0) {
        __atomic_store_n(&child, (pid_t)syscall(SYS_getpid), __ATOMIC_RELEASE);
        _exit(0);
    }
    __atomic_store_n(&over, 1, __ATOMIC_RELEASE);
    pthread_join(watcher, NULL);
    exit(waits ? 3 : 0);
}

static void (*way(const char *how))(void)
{
    if (strcmp(how, "_exit") == 0)
        return by_exit;
    if (strcmp(how, "_Exit") == 0)
        return by_Exit;
    if (strcmp(how, "quick_exit") == 0)
        return by_quick_exit;
    if (strcmp(how, "vfork") == 0)
        return by_vfork;
    return strcmp(how, "handler") == 0 ? by_handler : held_exit;
}

int main(int argc, char **argv)
{
    pthread_t thread;
    void *socket;

    if (argc == 2)
        held_go_on(argv[0], argv[1]);
    socket = zmq_socket(zmq_ctx_new(), ZMQ_PAIR);
    if (pthread_create(&thread, NULL, use, socket) != 0)
        return 2;
    (void)zmq_send(socket, "x", 1, ZMQ_DONTWAIT);
    __atomic_store_n(&go, 1, __ATOMIC_RELEASE);
    held_leave_by(&tid, SIGUSR1, way(argv[1])); /* as all signals in a report */
}
