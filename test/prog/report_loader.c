/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Reports without end, while another thread is inside of dl_iterate_phdr() and gets reports there
 * too: it holds the lock of the loader's list and wants to report. The first one reports, and needs
 * the name of a function that stands in no file's table (what calls main). Who looked for it in the
 * loader's list, with the report lock held, would wait for ever, as the other does.
 *
 * zg: expect double-close
 * zg: options on_error=log dedup=0 symbolize=0 max_reports=1000000
 * zg: exit 0
 * zg: runs 1
 * zg: bare any
 */
#include <link.h>
#include <pthread.h>
#include <stdbool.h>

#include "life.h"

#define ROUNDS 1000

static void *closed;
static bool over;

static int close_again(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info;
    (void)size;
    (void)unused;
    (void)zmq_close(closed);
    return 1;
}

static void *iterate(void *unused)
{
    while (!__atomic_load_n(&over, __ATOMIC_RELAXED))
        dl_iterate_phdr(close_again, NULL);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    closed = zmq_socket(context, ZMQ_PAIR);
    CHECK(zmq_close(closed) == 0);
    CHECK(pthread_create(&thread, NULL, iterate, NULL) == 0);
    for (int i = 0; i < ROUNDS; i++)
        (void)zmq_close(closed);
    __atomic_store_n(&over, true, __ATOMIC_RELAXED);
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
