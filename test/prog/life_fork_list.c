/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Forks while a thread is inside of dl_iterate_phdr(), another one or the one that forks: the
 * loader's list stays locked in the child, which does without it. It says so in a report where it
 * has no stacks for that: before glibc 2.35, or when libunwind had not been loaded yet. A fork at
 * which nobody is there leaves the list to the child.
 *
 * zg: expect silent
 * zg: options on_error=log symbolize=0
 * zg: bare none
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#include "life.h"

static struct life_signal inside, leave;

/* glibc finds an object without the list. */
static bool is_lockless(void)
{
    return dlsym(RTLD_DEFAULT, "_dl_find_object") != NULL;
}

/* In the child: makes objects and gets a report, which tells of the fork, or has stacks. stderr is
 * a file. */
static void report(bool tells)
{
    static char text[65536];
    off_t start = lseek(STDERR_FILENO, 0, SEEK_CUR);
    void *socket;

    alarm(60);
    socket = zmq_socket(zmq_ctx_new(), ZMQ_PAIR);
    (void)zmq_close(socket);
    (void)zmq_close(socket);
    CHECK(pread(STDERR_FILENO, text, sizeof(text) - 1, start) > 0);
    CHECK(strstr(text, "ERROR: libzmqguard: double-close: ") != NULL);
    CHECK((strstr(text, "the process forked while another thread was inside") != NULL) == tells);
    CHECK((strstr(text, "    #1 ") == NULL) == tells);
    _exit(0);
}

/* Without handlers: the guard's would look for their callers, which takes the list. */
static pid_t fork_quietly(void)
{
    return (pid_t)syscall(SYS_clone, (long)SIGCHLD, 0L, 0L, 0L, 0L);
}

static void fork_once(bool tells)
{
    pid_t pid = fork_quietly();
    int status;

    CHECK(pid >= 0);
    if (pid == 0)
        report(tells);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int stay(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info;
    (void)size;
    (void)unused;
    life_signal_post(&inside);
    life_signal_wait(&leave);
    return 1;
}

static void *go_in(void *unused)
{
    dl_iterate_phdr(stay, NULL);
    return unused;
}

static int fork_here(struct dl_phdr_info *info, size_t size, void *unused)
{
    pid_t pid = fork_quietly();
    int status;

    (void)info;
    (void)size;
    (void)unused;
    CHECK(pid >= 0);
    if (pid == 0)
        return 2;
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    return 1;
}

int main(int argc, char **argv)
{
    void *context;
    pthread_t thread;

    if (argc == 1) {
        CHECK(dup2(memfd_create("stderr", 0), STDERR_FILENO) == STDERR_FILENO);
        execl("/proc/self/exe", argv[0], "again", NULL);
    }
    if (dl_iterate_phdr(fork_here, NULL) == 2)
        report(true); /* the guard has not loaded libunwind */
    context = zmq_ctx_new();
    life_signal_init(&inside);
    life_signal_init(&leave);
    CHECK(pthread_create(&thread, NULL, go_in, NULL) == 0);
    life_signal_wait(&inside);
    fork_once(!is_lockless());
    life_signal_post(&leave);
    CHECK(pthread_join(thread, NULL) == 0);
    fork_once(false);
    if (dl_iterate_phdr(fork_here, NULL) == 2)
        report(!is_lockless());
    fork_once(false);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
