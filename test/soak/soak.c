/* SPDX-License-Identifier: MPL-2.0 */
/* soak PART COUNT [LOG]: does a thing COUNT times under the guard, in steps; prints after each how
 * many are done, KiB resident, open descriptors, nanoseconds a time, bytes in LOG, KiB that the
 * guard has mapped (0 without a guard). LOG is renamed after each step, as log rotation does, and
 * the one before it removed. test/soak/run runs it. */
#include <dirent.h>
#include <errno.h>
#include <malloc.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <zmq.h>

#include "soak/memory.h"

#define MUST(x)  ((x) ? (void)0 : (perror(#x), _exit(3)))
#define STEPS    20
#define WORKERS  8
#define SLOTS    1000
#define PER_NAME 64

static void *context, *sender, *receiver, *closed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static unsigned long number; /* of names so far */

static void calls(unsigned long n)
{
    char byte;

    for (unsigned long i = 0; i < n; i += 2)
        MUST(zmq_send(sender, "x", 1, 0) == 1 && zmq_recv(receiver, &byte, 1, 0) == 1);
}

/* All there at once in every step, or what they need comes late. */
static pthread_barrier_t all_there;

static void *make_sockets(void *n)
{
    (void)pthread_barrier_wait(&all_there);
    for (unsigned long i = 0; i < *(unsigned long *)n / WORKERS; i++) {
        void *s;

        /* What was closed is freed by libzmq's reaper in its own time. */
        while ((s = zmq_socket(context, ZMQ_PUSH)) == NULL && errno == EMFILE)
            sched_yield();
        MUST(s != NULL && zmq_close(s) == 0);
    }
    return NULL;
}

static void sockets(unsigned long n)
{
    pthread_t threads[WORKERS];

    MUST(pthread_barrier_init(&all_there, NULL, WORKERS) == 0);
    for (int i = 0; i < WORKERS; i++)
        MUST(pthread_create(&threads[i], NULL, make_sockets, &n) == 0);
    for (int i = 0; i < WORKERS; i++)
        MUST(pthread_join(threads[i], NULL) == 0);
    MUST(pthread_barrier_destroy(&all_there) == 0);
}

/* At many addresses, which come again. */
static void locks(unsigned long n)
{
    static pthread_mutex_t slots[SLOTS];

    for (unsigned long i = 0; i < n; i++) {
        pthread_mutex_t *m = &slots[i % SLOTS];

        MUST(pthread_mutex_init(m, NULL) == 0 && pthread_mutex_lock(m) == 0);
        MUST(pthread_mutex_unlock(m) == 0 && pthread_mutex_destroy(m) == 0);
    }
}

static void *exchange(void *unused)
{
    MUST(pthread_mutex_lock(&mutex) == 0);
    calls(2);
    MUST(pthread_mutex_unlock(&mutex) == 0);
    return unused;
}

static void threads(unsigned long n)
{
    pthread_t t;

    for (unsigned long i = 0; i < n; i++)
        MUST(pthread_create(&t, NULL, exchange, NULL) == 0 && pthread_join(t, NULL) == 0);
}

static void findings(unsigned long n)
{
    for (unsigned long i = 0; i < n; i++)
        MUST(zmq_close(closed) == -1);
}

static void contexts(unsigned long n)
{
    for (unsigned long i = 0; i < n; i++) {
        void *c = zmq_ctx_new();
        void *s = zmq_socket(c, ZMQ_PUSH);

        MUST(s != NULL && zmq_close(s) == 0 && zmq_ctx_term(c) == 0);
    }
}

static void names(unsigned long n)
{
    char endpoint[PER_NAME];

    for (unsigned long i = 0; i < n; i++) {
        void *s;

        while ((s = zmq_socket(context, ZMQ_PAIR)) == NULL && errno == EMFILE)
            sched_yield();
        snprintf(endpoint, sizeof(endpoint), "inproc://name-%lu", number++);
        MUST(s != NULL && zmq_bind(s, endpoint) == 0 && zmq_close(s) == 0);
    }
}

static long resident(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long size = 0, pages = 0;

    MUST(f != NULL && fscanf(f, "%ld %ld", &size, &pages) == 2);
    fclose(f);
    return pages * sysconf(_SC_PAGESIZE) / 1024;
}

static int descriptors(void)
{
    DIR *d = opendir("/proc/self/fd");
    int count = -3; /* ., .., and itself */

    MUST(d != NULL);
    while (readdir(d) != NULL)
        count++;
    closedir(d);
    return count;
}

/* Until libzmq's reaper has freed what was closed, or ten seconds long. */
static void settle(int before)
{
    for (int i = 0; i < 1000 && descriptors() > before; i++)
        usleep(10000);
}

/* Bytes in it; the next line finds no such file. */
static long rotate(const char *log)
{
    char name[512], old[544];
    struct stat st = {.st_size = 0};

    if (log == NULL)
        return 0;
    snprintf(name, sizeof(name), "%s.%d", log, (int)getpid());
    snprintf(old, sizeof(old), "%s.old", name);
    if (stat(name, &st) == 0)
        MUST(rename(name, old) == 0);
    return (long)st.st_size;
}

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e9 + (double)t.tv_nsec;
}

/* Descriptors, but those of what is closed at once: the reaper closes them in its own time. */
static int open_all(void)
{
    int before;

    context = zmq_ctx_new();
    sender = zmq_socket(context, ZMQ_PAIR);
    receiver = zmq_socket(context, ZMQ_PAIR);
    MUST(zmq_bind(sender, "inproc://pair") == 0 && zmq_connect(receiver, "inproc://pair") == 0);
    before = descriptors();
    closed = zmq_socket(context, ZMQ_PAIR);
    MUST(zmq_close(closed) == 0);
    return before;
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*function)(unsigned long);
    } parts[] = {{"calls", calls},     {"sockets", sockets},   {"locks", locks},
                 {"threads", threads}, {"findings", findings}, {"contexts", contexts},
                 {"names", names}};
    void (*function)(unsigned long) = NULL;
    unsigned long count;
    int before;

    MUST(argc >= 3);
    for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
        if (strcmp(parts[i].name, argv[1]) == 0)
            function = parts[i].function;
    MUST(function != NULL);
    /* With an arena for each thread what is freed comes and goes by megabytes, guard or none. */
    MUST(mallopt(M_ARENA_MAX, 1) == 1);
    count = strtoul(argv[2], NULL, 10) / STEPS;
    before = open_all() + (function == findings); /* the log */
    for (unsigned long i = 1; i <= STEPS; i++) {
        double start = now(), ns;

        function(count);
        ns = (now() - start) / (double)count;
        settle(before);
        (void)malloc_trim(0); /* what is freed stays resident by chance */
        printf("%lu %ld %d %.0f %ld %zu\n", i * count, resident(), descriptors(), ns,
               rotate(argc > 3 ? argv[3] : NULL), soak_guard_kib());
        fflush(stdout);
    }
    MUST(zmq_close(sender) == 0 && zmq_close(receiver) == 0 && zmq_ctx_term(context) == 0);
    return 0;
}
