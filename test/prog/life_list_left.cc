// SPDX-License-Identifier: MPL-2.0
/*
 * Functions of dl_iterate_phdr() that are left by an exception, by the thread's cancellation, by
 * longjmp(). glibc unlocks the loader's list in the first two cases: a child that is forked then
 * loads libunwind and shows stacks. In the third it does not: nobody but that thread can have the
 * list any more, and the guard gets along in another thread and in its child.
 *
 * zg: expect silent
 * zg: options on_error=log symbolize=0
 */
#include <csetjmp>
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <sys/mman.h>

#include "life.h"

static jmp_buf before;

/* Gets a report, which has stacks or need not have any. stderr is a file. */
static void report(bool has_stacks)
{
    static char text[65536];
    off_t start = lseek(STDERR_FILENO, 0, SEEK_CUR);
    void *socket = zmq_socket(zmq_ctx_new(), ZMQ_PAIR);

    CHECK(socket != NULL && zmq_close(socket) == 0);
    (void)zmq_close(socket);
    memset(text, 0, sizeof(text));
    CHECK(pread(STDERR_FILENO, text, sizeof(text) - 1, start) > 0);
    CHECK(strstr(text, "ERROR: libzmqguard: double-close: ") != NULL);
    CHECK(!has_stacks || strstr(text, "    #1 ") != NULL);
}

static void report_in_child(bool has_stacks)
{
    pid_t pid = static_cast<pid_t>(syscall(SYS_clone, SIGCHLD, 0L, 0L, 0L, 0L));
    int status;

    CHECK(pid >= 0);
    if (pid == 0) {
        alarm(60);
        report(has_stacks);
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static int visit(struct dl_phdr_info *, size_t, void *way)
{
    switch (*static_cast<char *>(way)) {
    case 't':
        throw 1;
    case 'c':
        CHECK(pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, NULL) == 0);
        pthread_testcancel();
        break;
    case 'j':
        longjmp(before, 1);
    default:
        break;
    }
    return 1;
}

static void be_thrown_out(char *way)
{
    try {
        dl_iterate_phdr(visit, way);
        CHECK(false);
    } catch (int) {
    }
    report_in_child(true);
    *way = 'c';
}

/* The main thread, out of which the cancellation comes here. */
static void after_cancel(void *way)
{
    char next[] = "j";

    (void)way;
    report_in_child(true);
    execl("/proc/self/exe", "life_list_left", next, nullptr);
    CHECK(false);
}

static void be_cancelled(char *way)
{
    CHECK(pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, NULL) == 0);
    CHECK(pthread_cancel(pthread_self()) == 0);
    pthread_cleanup_push(after_cancel, way);
    dl_iterate_phdr(visit, way);
    pthread_cleanup_pop(0);
    CHECK(false);
}

static void *report_elsewhere(void *unused)
{
    report(false);
    report_in_child(false);
    return unused;
}

static void jump_out(char *way)
{
    pthread_t thread;

    if (setjmp(before) == 0) {
        dl_iterate_phdr(visit, way);
        CHECK(false);
    }
    CHECK(pthread_create(&thread, nullptr, report_elsewhere, nullptr) == 0);
    CHECK(pthread_join(thread, nullptr) == 0);
    report(true);
}

int main(int argc, char **argv)
{
    char *way = argv[1];

    if (dlsym(RTLD_DEFAULT, "_dl_find_object") == nullptr)
        return 77; // before glibc 2.35 this waits for ever by itself
    if (getenv("LD_PRELOAD") == nullptr)
        return 0;
    alarm(120);
    if (argc == 1) {
        CHECK(dup2(memfd_create("stderr", 0), STDERR_FILENO) == STDERR_FILENO);
        execl("/proc/self/exe", argv[0], "t", nullptr);
    }
    if (*way == 't')
        be_thrown_out(way);
    if (*way == 'c')
        be_cancelled(way);
    jump_out(way);
    return 0;
}
