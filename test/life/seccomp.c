/* SPDX-License-Identifier: MPL-2.0 */
/* For seccomp.sh: what the guard asks of the kernel once it has started, under a filter that kills
 * the process at any system call made from the guard's own code that is not in LIST.
 *
 * seccomp steady|report|end: uses libzmq in the usual ways; report errs as well, end is ended by
 * SIGTERM. With PRELOAD it is a library that puts another program under the filter, before its
 * main(). */
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include <zmq.h>

#define MUST(x) ((x) ? (void)0 : (perror(#x), _exit(3)))

#ifndef SYS_close_range /* headers of glibc 2.31 */
#define SYS_close_range 436
#endif

static const unsigned list[] = {LIST};
#define COUNT (sizeof(list) / sizeof(list[0]))

#ifndef PRELOAD
static void *context;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

#endif

/* The guard's code: one executable mapping. */
static void find_guard(uint64_t *from, uint64_t *to)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[1024], mode[8];

    *from = *to = 0;
    while (f != NULL && fgets(line, sizeof(line), f) != NULL)
        if (strstr(line, "libzmqguard.so") != NULL &&
            sscanf(line, "%lx-%lx %7s", from, to, mode) == 3 && mode[2] == 'x')
            break;
    MUST(f != NULL && mode[2] == 'x' && *from >> 32 == (*to - 1) >> 32);
    fclose(f);
}

#define LOAD(field) BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))
#define ALLOW       BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)

#ifdef PRELOAD
__attribute__((constructor))
#endif
static void
filter(void)
{
    static struct sock_filter code[16 + 2 * COUNT];
    struct sock_fprog program = {.filter = code};
    unsigned short n = 0;
    uint64_t from, to;

    find_guard(&from, &to);
    code[n++] = (struct sock_filter)BPF_STMT(
        BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, instruction_pointer) + 4);
    code[n++] =
        (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (uint32_t)(from >> 32), 1, 0);
    code[n++] = (struct sock_filter)ALLOW;
    code[n++] = (struct sock_filter)LOAD(instruction_pointer);
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, (uint32_t)from, 1, 0);
    code[n++] = (struct sock_filter)ALLOW;
    code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)(to - 1), 0, 1);
    code[n++] = (struct sock_filter)ALLOW;
    code[n++] = (struct sock_filter)LOAD(nr);
    for (size_t i = 0; i < COUNT; i++) {
        code[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, list[i], 0, 1);
        code[n++] = (struct sock_filter)ALLOW;
    }
    code[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS);
    program.len = n;
    MUST(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0);
    MUST(syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_TSYNC, &program) == 0);
}

#ifndef PRELOAD
static void exchange(const char *endpoint)
{
    void *a = zmq_socket(context, ZMQ_PAIR);
    void *b = zmq_socket(context, ZMQ_PAIR);
    zmq_pollitem_t item = {.socket = b, .events = ZMQ_POLLIN};
    char real[256] = "", byte;
    size_t len = sizeof(real);

    MUST(zmq_bind(a, endpoint) == 0);
    MUST(zmq_getsockopt(a, ZMQ_LAST_ENDPOINT, real, &len) == 0);
    MUST(zmq_connect(b, real) == 0);
    for (int i = 0; i < 100; i++) {
        MUST(pthread_mutex_lock(&mutex) == 0);
        MUST(zmq_send(a, "x", 1, 0) == 1);
        MUST(pthread_mutex_unlock(&mutex) == 0);
        MUST(zmq_poll(&item, 1, -1) == 1);
        MUST(zmq_recv(b, &byte, 1, 0) == 1);
    }
    MUST(zmq_close(a) == 0 && zmq_close(b) == 0);
}

/* Names of their own: libzmq gives up an endpoint some time after zmq_close(). */
static void *use_all(void *unused)
{
    static int n;
    char name[64];

    n++;
    snprintf(name, sizeof(name), "inproc://seccomp-%d", n);
    exchange(name);
    exchange("tcp://127.0.0.1:*");
    snprintf(name, sizeof(name), "ipc://socket-%d", n);
    exchange(name);
    return unused;
}

static void in_thread(void)
{
    pthread_t t;

    MUST(pthread_create(&t, NULL, use_all, NULL) == 0);
    MUST(pthread_join(t, NULL) == 0);
}

int main(int argc, char **argv)
{
    void *s;

    context = zmq_ctx_new();
    use_all(NULL);
    in_thread();
    filter();
    in_thread();
    use_all(NULL);
    if (argc > 1 && strcmp(argv[1], "report") == 0) {
        s = zmq_socket(context, ZMQ_PUB);
        zmq_close(s);
        zmq_close(s);
    }
    if (argc > 1 && strcmp(argv[1], "end") == 0)
        MUST(raise(SIGTERM) != 0);
    MUST(zmq_ctx_term(context) == 0);
    return 0;
}
#endif
