/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A fork waits for a thread in which the guard goes through the loader's list: else the list's lock
 * would be lost in the child, and with it the callers in its reports.
 *
 * Another thread holds the list, in a function of dl_iterate_phdr(), to which it came unseen by the
 * guard (else the guard would not go there), until it sees by /proc that the fork waits, at another
 * futex than that thread does, or is over. One of some rounds must be so: the guard may want the
 * list before it forks, or give up after a tenth of a second on a busy machine.
 *
 * zg: expect silent
 * zg: options on_error=log symbolize=0
 * zg: bare none
 * zg: needs /proc/self/syscall
 */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdbool.h>
#include <sys/mman.h>

#include "life.h"
#include "waiting.h"

#define ROUNDS 20

static void *context;
static struct life_signal begin, held, asked;
static int forking, walking; /* atomic: thread ids */
static bool forked;          /* atomic */
static bool waited;

static int hold_list(struct dl_phdr_info *info, size_t size, void *unused)
{
    unsigned long list, fork;

    (void)info;
    (void)size;
    (void)unused;
    life_signal_post(&held);
    do
        list = waiting_at(__atomic_load_n(&walking, __ATOMIC_RELAXED));
    while (list == 0);
    life_signal_post(&asked);
    do
        fork = waiting_at(__atomic_load_n(&forking, __ATOMIC_RELAXED));
    while (fork == 0 && !__atomic_load_n(&forked, __ATOMIC_ACQUIRE));
    waited = fork != 0 && fork != list;
    return 1;
}

static void *hold(void *unused)
{
    int (*iterate)(int (*visit)(struct dl_phdr_info *, size_t, void *), void *arg) =
        (__typeof__(iterate))dlsym(dlopen("libc.so.6", RTLD_NOW | RTLD_NOLOAD), "dl_iterate_phdr");

    life_signal_wait(&begin);
    CHECK(iterate != NULL && iterate(hold_list, NULL) == 1);
    return unused;
}

static void *walk(void *unused)
{
    void *program;

    life_signal_wait(&held);
    __atomic_store_n(&walking, gettid(), __ATOMIC_RELEASE);
    /* The guard looks what may have gone. */
    program = dlopen(NULL, RTLD_NOW);
    CHECK(program != NULL && dlclose(program) == 0);
    return unused;
}

/* In the child: does a report tell of the fork? stderr is a file. */
static int report(void)
{
    static char text[65536];
    void *socket = zmq_socket(zmq_ctx_new(), ZMQ_PAIR);
    off_t start = lseek(STDERR_FILENO, 0, SEEK_CUR);

    alarm(60);
    (void)zmq_close(socket);
    (void)zmq_close(socket);
    CHECK(pread(STDERR_FILENO, text, sizeof(text) - 1, start) > 0);
    CHECK(strstr(text, "ERROR: libzmqguard: double-close: ") != NULL);
    return strstr(text, "the process forked while another thread was inside") != NULL;
}

/* True: the fork waited, and the child knows of nobody who was inside. */
static bool fork_once(void)
{
    pthread_t threads[2];
    int status;
    pid_t pid;

    __atomic_store_n(&walking, 0, __ATOMIC_RELEASE);
    __atomic_store_n(&forked, false, __ATOMIC_RELEASE);
    CHECK(pthread_create(&threads[0], NULL, hold, NULL) == 0);
    CHECK(pthread_create(&threads[1], NULL, walk, NULL) == 0);
    life_signal_post(&begin);
    life_signal_wait(&asked);
    pid = fork();
    CHECK(pid >= 0);
    if (pid == 0)
        _exit(report());
    __atomic_store_n(&forked, true, __ATOMIC_RELEASE);
    for (int i = 0; i < 2; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
    CHECK(WEXITSTATUS(status) <= 1);
    return waited && WEXITSTATUS(status) == 0;
}

int main(int argc, char **argv)
{
    bool good = false;

    if (argc == 1) {
        CHECK(dup2(memfd_create("stderr", 0), STDERR_FILENO) == STDERR_FILENO);
        execl("/proc/self/exe", argv[0], "again", NULL);
    }
    forking = gettid();
    context = zmq_ctx_new();
    life_signal_init(&begin);
    life_signal_init(&held);
    life_signal_init(&asked);
    for (int i = 0; !good && i < ROUNDS; i++)
        good = fork_once();
    CHECK(zmq_ctx_term(context) == 0);
    return good ? 0 : 1;
}
