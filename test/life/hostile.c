/* SPDX-License-Identifier: MPL-2.0 */
/* For hostile.sh: right programs in ways that hosts are made, one an argument. What they print and
 * how they end is compared with a run without the guard. */
#include <dlfcn.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <ucontext.h>
#include <unistd.h>
#include <zmq.h>

#define MUST(x)     ((x) ? (void)0 : (perror(#x), _exit(3)))
#define ROUNDS      200
#define MANY        2000
#define SMALL_STACK ((size_t)16 << 10)

static void *context;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_barrier_t barrier;
static void *sender, *receiver; /* used under the mutex */
static volatile sig_atomic_t ticks;

static void open_pair(void)
{
    context = zmq_ctx_new();
    MUST(context != NULL);
    sender = zmq_socket(context, ZMQ_PAIR);
    receiver = zmq_socket(context, ZMQ_PAIR);
    MUST(zmq_bind(sender, "inproc://pair") == 0 && zmq_connect(receiver, "inproc://pair") == 0);
}

static void exchange(int rounds)
{
    char byte;

    for (int i = 0; i < rounds; i++) {
        MUST(pthread_mutex_lock(&mutex) == 0);
        MUST(zmq_send(sender, "x", 1, 0) == 1 && zmq_recv(receiver, &byte, 1, 0) == 1);
        MUST(pthread_mutex_unlock(&mutex) == 0);
    }
}

static void end_pair(void)
{
    MUST(zmq_close(sender) == 0 && zmq_close(receiver) == 0 && zmq_ctx_term(context) == 0);
}

static void *work(void *rounds)
{
    exchange((int)(long)rounds);
    return NULL;
}

static void *work_together(void *unused)
{
    pthread_barrier_wait(&barrier);
    exchange(1);
    pthread_barrier_wait(&barrier);
    return unused;
}

static void in_threads(int count, void *(*function)(void *), void *arg)
{
    static pthread_t threads[MANY];
    pthread_attr_t attr;

    MUST(pthread_attr_init(&attr) == 0);
    MUST(pthread_attr_setstacksize(&attr, SMALL_STACK) == 0);
    for (int i = 0; i < count; i++)
        MUST(pthread_create(&threads[i], &attr, function, arg) == 0);
    for (int i = 0; i < count; i++)
        MUST(pthread_join(threads[i], NULL) == 0);
}

static void threads(void)
{
    open_pair();
    in_threads(1, work, (void *)(long)ROUNDS);
    in_threads(8, work, (void *)(long)ROUNDS);
    end_pair();
}

static void many(void)
{
    open_pair();
    MUST(pthread_barrier_init(&barrier, NULL, MANY) == 0);
    in_threads(MANY, work_together, NULL);
    end_pair();
}

static ucontext_t outer, inner[2];

static void coroutine(int own)
{
    for (int i = 0; i < ROUNDS; i++) {
        exchange(1);
        MUST(swapcontext(&inner[own], &outer) == 0);
    }
}

/* Two coroutines take turns, each with a stack that no thread was given. */
static void coroutines(void)
{
    open_pair();
    for (int i = 0; i < 2; i++) {
        MUST(getcontext(&inner[i]) == 0);
        inner[i].uc_stack.ss_size = 4 * SMALL_STACK;
        inner[i].uc_stack.ss_sp = malloc(4 * SMALL_STACK);
        inner[i].uc_link = &outer;
        makecontext(&inner[i], (void (*)(void))coroutine, 1, i);
    }
    for (int i = 0; i < 2 * ROUNDS; i++)
        MUST(swapcontext(&outer, &inner[i % 2]) == 0);
    end_pair();
}

static void on_tick(int sig)
{
    (void)sig;
    ticks++;
}

static void signals(void)
{
    struct itimerval often = {{0, 100}, {0, 100}}, never = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};

    open_pair();
    MUST(sigaction(SIGALRM, &action, NULL) == 0);
    MUST(setitimer(ITIMER_REAL, &often, NULL) == 0);
    while (ticks < 2000)
        exchange(1);
    in_threads(4, work, (void *)(long)ROUNDS);
    MUST(setitimer(ITIMER_REAL, &never, NULL) == 0);
    end_pair();
}

static void *load(void *path)
{
    for (int i = 0; i < ROUNDS; i++) {
        void *handle = dlopen(path, RTLD_NOW);
        int (*answer)(void) = handle == NULL ? NULL : (int (*)(void))dlsym(handle, "answer");

        MUST(answer != NULL && answer() == 42 && dlclose(handle) == 0);
    }
    return NULL;
}

static void loader(void)
{
    pthread_t thread;

    open_pair();
    MUST(pthread_create(&thread, NULL, load, "./answer.so") == 0);
    exchange(10 * ROUNDS);
    MUST(pthread_join(thread, NULL) == 0);
    end_pair();
}

/* A libzmq in a namespace of its own. */
static void namespace(void)
{
    void *handle = dlmopen(LM_ID_NEWLM, "libzmq.so.5", RTLD_NOW);
    void *(*make)(void) = handle == NULL ? NULL : (void *(*)(void))dlsym(handle, "zmq_ctx_new");
    int (*term)(void *) = handle == NULL ? NULL : (int (*)(void *))dlsym(handle, "zmq_ctx_term");

    threads();
    MUST(make != NULL && term != NULL && term(make()) == 0);
}

static void at_exit(void)
{
    MUST(write(1, "at exit\n", 8) == 8);
}

static void at_quick_exit_(void)
{
    MUST(write(1, "at quick exit\n", 14) == 14);
}

/* Ends with sockets open. */
static void end(const char *how)
{
    char byte;

    atexit(at_exit);
    at_quick_exit(at_quick_exit_);
    open_pair();
    exchange(ROUNDS);
    if (strcmp(how, "exit") == 0)
        exit(5);
    else if (strcmp(how, "_exit") == 0)
        _exit(5);
    else if (strcmp(how, "quick_exit") == 0)
        quick_exit(5);
    else if (strcmp(how, "abort") == 0)
        abort();
    else if (strcmp(how, "kill") == 0)
        raise(SIGTERM);
    else if (strcmp(how, "segv") == 0)
        raise(SIGSEGV);
    else if (strcmp(how, "exec") == 0)
        execlp("sh", "sh", "-c", "echo executed; exit 6", NULL);
    MUST(zmq_recv(receiver, &byte, 1, ZMQ_DONTWAIT) == 1);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*function)(void);
    } parts[] = {{"threads", threads}, {"many", many},     {"coroutines", coroutines},
                 {"signals", signals}, {"loader", loader}, {"namespace", namespace}};

    MUST(argc == 2);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
        if (strcmp(parts[i].name, argv[1]) == 0) {
            parts[i].function();
            printf("%s done\n", argv[1]);
            return 0;
        }
    }
    end(argv[1]);
    return 0;
}
