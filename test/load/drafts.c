/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A program that uses draft functions when they are there.
 *   probe    says which it finds, by weak reference, by RTLD_DEFAULT, by the program's handle
 *   wrong    two threads call zmq_join() on one socket, unordered; right: ordered
 *   table    the same through a constant table of pointers
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

void *zmq_ctx_new(void) __attribute__((weak));
void *zmq_socket(void *context, int type) __attribute__((weak));
int zmq_join(void *socket, const char *group) __attribute__((weak));
void *zmq_poller_new(void) __attribute__((weak));
int zmq_poller_size(void *poller) __attribute__((weak));
int zmq_ppoll(void *items, int count, long timeout, const void *mask) __attribute__((weak));

static void *shared;
static atomic_int joined;

typedef int join_fn(void *socket, const char *group);
static join_fn *const table[] = {zmq_join};
static join_fn *volatile join_called;

static void *other(void *unused)
{
    (void)unused;
    join_called != NULL ? join_called(shared, "a") : zmq_join(shared, "a");
    atomic_store_explicit(&joined, 1, memory_order_relaxed);
    return NULL;
}

static void probe(void)
{
    static const char *const names[] = {"zmq_join",  "zmq_poller_new", "zmq_poller_size",
                                        "zmq_ppoll", "zmq_ctx_new",    "zmq_timers_new"};
    void *program = dlopen(NULL, RTLD_NOW);

    printf("weak: %d %d %d %d\n", zmq_join != NULL, zmq_poller_new != NULL, zmq_poller_size != NULL,
           zmq_ppoll != NULL);
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        void *by_default = dlsym(RTLD_DEFAULT, names[i]);
        const char *error = dlerror();

        printf("%s: %d %d %d\n", names[i], by_default != NULL, error != NULL,
               dlsym(program, names[i]) != NULL);
    }
}

int main(int argc, char **argv)
{
    int wrong = argc > 1 && strstr(argv[1], "wrong") != NULL;
    pthread_t thread;

    if (argc < 2 || strcmp(argv[1], "probe") == 0) {
        probe();
        return 0;
    }
    if (strstr(argv[1], "table") != NULL)
        join_called = table[0];
    shared = zmq_socket(zmq_ctx_new(), 0);
    pthread_create(&thread, NULL, other, NULL);
    if (!wrong)
        pthread_join(thread, NULL);
    while (!atomic_load_explicit(&joined, memory_order_relaxed))
        usleep(100);
    return zmq_join(shared, "b") == 'b' ? 0 : 1;
}
