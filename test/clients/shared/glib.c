/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads use one socket 20 to 60 ms apart, under GLib's lock; "wrong" forgets it in one. */
/* build: $(pkg-config --cflags --libs glib-2.0) */
#include <glib.h>
#include <stdbool.h>
#include <string.h>

#include "order.h"

static GMutex lock;
static void *socket_;
static bool forgets;
static int uses, seeds;

static void *run(void *number)
{
    unsigned seed = (unsigned)(2 * seeds + (int)(size_t)number);
    bool locks = number == NULL || !forgets;

    for (int i = 0; i < uses; i++) {
        if (locks)
            g_mutex_lock(&lock);
        use(socket_);
        if (locks)
            g_mutex_unlock(&lock);
        usleep(20000 + (useconds_t)rand_r(&seed) % 40000);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    forgets = argc > 1 && strcmp(argv[1], "wrong") == 0;
    uses = argc > 2 ? atoi(argv[2]) : 60;
    seeds = argc > 3 ? atoi(argv[3]) : getpid();
    socket_ = make_socket(context);
    pthread_create(&thread, NULL, run, (void *)1);
    run(NULL);
    pthread_join(thread, NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
