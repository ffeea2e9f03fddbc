/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A function of dl_iterate_phdr() waits for another thread that calls libzmq, forks, and does what
 * gets it a report. The loader's list is locked meanwhile, and the guard must not want it. glibc
 * finds objects without it (2.35): the reports, the child's too, have their stacks.
 *
 * zg: expect silent
 * zg: options on_error=log symbolize=0 dedup=0
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "life.h"

#ifndef SHARES_LIBUNWIND
#define SHARES_LIBUNWIND false
#endif

static struct life_signal begin, done;
static bool is_over;

/* Each function another frame, and a place that the guard has not seen. */
__attribute__((noinline)) static void *make_socket(void *context)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);

    CHECK(socket != NULL);
    return socket;
}

/* Gets a report, where there is a guard. stderr is a file. */
__attribute__((noinline)) static void report(void *context)
{
    static char text[65536];
    off_t start = lseek(STDERR_FILENO, 0, SEEK_CUR);
    void *socket = make_socket(context);

    CHECK(zmq_close(socket) == 0);
    if (getenv("LD_PRELOAD") == NULL)
        return;
    (void)zmq_close(socket);
    CHECK(pread(STDERR_FILENO, text, sizeof(text) - 1, start) > 0);
    CHECK(strstr(text, "ERROR: libzmqguard: double-close: ") != NULL);
    if (is_over || !SHARES_LIBUNWIND)
        CHECK(strstr(text, "    #1 ") != NULL && strstr(text, "no stacks") == NULL);
    memset(text, 0, sizeof(text));
}

static void report_in_child(void)
{
    pid_t pid = fork();
    int status;

    CHECK(pid >= 0);
    if (pid == 0) {
        alarm(60);
        report(zmq_ctx_new());
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void *work(void *unused)
{
    life_signal_wait(&begin);
    /* Twice at the same place: what the guard did without must not be remembered. */
    for (int i = 0; i < 2; i++) {
        void *context = zmq_ctx_new();

        is_over = i == 1;
        report(context);
        if (i == 0)
            report_in_child();
        CHECK(zmq_ctx_term(context) == 0);
        life_signal_post(&done);
        if (i == 0)
            life_signal_wait(&begin);
    }
    return unused;
}

static int wait_for_work(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info;
    (void)size;
    (void)unused;
    life_signal_post(&begin);
    life_signal_wait(&done);
    return 1;
}

int main(int argc, char **argv)
{
    pthread_t thread;

    if (dlsym(RTLD_DEFAULT, "_dl_find_object") == NULL)
        return 77; /* before glibc 2.35 this waits for ever by itself */
    alarm(120);
    if (argc == 1) {
        CHECK(dup2(memfd_create("stderr", 0), STDERR_FILENO) == STDERR_FILENO);
        execl("/proc/self/exe", argv[0], "again", NULL);
    }
    life_signal_init(&begin);
    life_signal_init(&done);
    CHECK(pthread_create(&thread, NULL, work, NULL) == 0);
    CHECK(dl_iterate_phdr(wait_for_work, NULL) == 1);
    life_signal_post(&begin);
    CHECK(pthread_join(thread, NULL) == 0);
    return 0;
}
