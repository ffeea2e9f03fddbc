/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Closes a socket twice where a guard has little room.
 *   cornered plain
 *   cornered seccomp   after a filter that kills the process for clone, fork or execve
 *   cornered files     with no descriptor left
 *   cornered memory    with no address space left
 *   cornered stack     in a thread with the smallest stack there is
 *   cornered wait      in a thread, while the main thread waits for any child
 * Exits with 0 when it was not harmed.
 *
 * zg: run by life/cornered.sh
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>

static void *closed;

static void *err(void *arg)
{
    (void)arg;
    return zmq_close(closed) == -1 && errno == ENOTSOCK ? NULL : (void *)1;
}

static void forbid(void)
{
    struct sock_filter code[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone, 2, 0),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_execve, 1, 0),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
    };
    struct sock_fprog program = {sizeof(code) / sizeof(code[0]), code};

    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
        prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
        exit(77);
}

static void take_files(void)
{
    while (open("/dev/null", O_RDONLY) >= 0)
        ;
}

static void take_memory(void)
{
    struct rlimit limit;

    getrlimit(RLIMIT_AS, &limit);
    limit.rlim_cur = 1 << 20;
    setrlimit(RLIMIT_AS, &limit);
}

static int in_thread(size_t stack)
{
    pthread_attr_t attr;
    pthread_t thread;
    void *result;

    pthread_attr_init(&attr);
    if (stack != 0)
        pthread_attr_setstacksize(&attr, stack);
    if (pthread_create(&thread, &attr, err, NULL) != 0)
        return 1;
    if (stack == 0 && (waitpid(-1, NULL, 0) != -1 || errno != ECHILD))
        return 1;
    pthread_join(thread, &result);
    return result != NULL;
}

int main(int argc, char **argv)
{
    const char *how = argc > 1 ? argv[1] : "";
    void *context = zmq_ctx_new();

    closed = zmq_socket(context, ZMQ_PUSH);
    zmq_close(closed);
    if (strcmp(how, "stack") == 0)
        return in_thread(PTHREAD_STACK_MIN);
    if (strcmp(how, "wait") == 0)
        return in_thread(0);
    if (strcmp(how, "seccomp") == 0)
        forbid();
    if (strcmp(how, "files") == 0)
        take_files();
    if (strcmp(how, "memory") == 0) {
        zmq_ctx_term(context); /* libzmq's own threads would not survive it */
        take_memory();
    }
    return err(NULL) != NULL;
}
