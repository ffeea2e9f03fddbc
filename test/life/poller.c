/* SPDX-License-Identifier: MPL-2.0 */
/* A poller and its sockets, rightly and wrongly used. Linked with the stand-in of poller_fake.c. */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void *zmq_ctx_new(void);
void *zmq_socket(void *context, int type);
int zmq_send(void *socket, const void *p, size_t n, int flags);
int zmq_close(void *socket);
void *zmq_poller_new(void);
int zmq_poller_destroy(void **poller);
int zmq_poller_size(void *poller);
int zmq_poller_add(void *poller, void *socket, void *data, short events);
int zmq_poller_modify(void *poller, void *socket, short events);
int zmq_poller_remove(void *poller, void *socket);
int zmq_poller_wait(void *poller, void *event, long timeout);
int zmq_poller_wait_all(void *poller, void *events, int count, long timeout);
extern void (*fake_waiting)(void);

static void *poller;
static void *registered;
static void *removed;
static int to_worker[2];
static int to_main[2];

static void say(int fd)
{
    if (write(fd, "x", 1) != 1)
        _exit(9);
}

static void hear(int fd)
{
    char c;

    if (read(fd, &c, 1) != 1)
        _exit(9);
}

/* In the middle of zmq_poller_wait(): lets the worker go on, and waits until it is done. */
static void waiting(void)
{
    say(to_worker[1]);
    hear(to_main[0]);
}

static void *use_removed(void *arg)
{
    (void)arg;
    hear(to_worker[0]);
    zmq_send(removed, "x", 1, 0);
    say(to_main[1]);
    return NULL;
}

static void *use_registered(void *arg)
{
    (void)arg;
    hear(to_worker[0]);
    zmq_send(registered, "x", 1, 0);
    say(to_main[1]);
    return NULL;
}

static void *use_poller(void *arg)
{
    (void)arg;
    hear(to_worker[0]);
    zmq_poller_size(poller);
    say(to_main[1]);
    return NULL;
}

static void *take_over(void *arg)
{
    int event[8] = {0};

    (void)arg;
    if (zmq_poller_wait(poller, event, -1) != 0 || zmq_poller_remove(poller, registered) != 0)
        _exit(9);
    return NULL;
}

/* Waits that may be held: on a poller that came from another thread, or with a socket that did. */
static void *wait_often(void *words)
{
    char **argv = words;
    long timeout = atol(argv[2]);
    void *own = strcmp(argv[1], "own") == 0 ? zmq_poller_new() : poller;
    int event[8] = {0};

    if (own != poller && zmq_poller_add(own, registered, NULL, 1) != 0)
        _exit(9);
    for (int i = 0; i < 5; i++) {
        if (strcmp(argv[1], "all") == 0)
            zmq_poller_wait_all(own, event, 1, timeout);
        else
            zmq_poller_wait(own, event, timeout);
    }
    return NULL;
}

static void run(void *(*worker)(void *), void (*meanwhile)(void))
{
    pthread_t thread;
    int event[8] = {0};

    fake_waiting = meanwhile;
    if (pthread_create(&thread, NULL, worker, NULL) != 0 ||
        (meanwhile != NULL && zmq_poller_wait(poller, event, -1) != 0) ||
        pthread_join(thread, NULL) != 0)
        _exit(9);
    fake_waiting = NULL;
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    void *copy;

    if (argc < 2 || pipe(to_worker) != 0 || pipe(to_main) != 0)
        return 9;
    copy = poller = zmq_poller_new();
    registered = zmq_socket(context, 1);
    removed = zmq_socket(context, 1);
    if (zmq_poller_add(poller, registered, NULL, 1) != 0 ||
        zmq_poller_add(poller, removed, NULL, 1) != 0 ||
        zmq_poller_modify(poller, removed, 2) != 0 || zmq_poller_remove(poller, removed) != 0)
        return 9;
    if (strcmp(argv[1], "poller") == 0)
        run(use_poller, waiting);
    if (strcmp(argv[1], "socket") == 0)
        run(use_registered, waiting);
    if (strcmp(argv[1], "right") == 0) {
        run(use_removed, waiting);
        run(take_over, NULL);
    }
    if (argc == 3) {
        pthread_t thread;

        if (pthread_create(&thread, NULL, wait_often, argv) != 0 || pthread_join(thread, NULL) != 0)
            return 9;
        return 0; /* nothing is closed: that might be held, too */
    }
    zmq_poller_destroy(&poller);
    if (strcmp(argv[1], "destroyed") == 0)
        zmq_poller_size(copy);
    zmq_close(registered);
    zmq_close(removed);
    return 0;
}
