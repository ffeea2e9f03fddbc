/* SPDX-License-Identifier: MPL-2.0 */
/* The owner was detached and has ended; nobody joined it. The next thread has its pthread_t.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#include <signal.h>
#include <sys/syscall.h>

#include "order.h"

static pthread_t first_thread;
static int first_tid;

static void *first(void *socket)
{
    use(socket);
    __atomic_store_n(&first_tid, (int)syscall(SYS_gettid), __ATOMIC_RELAXED);
    return NULL;
}

static void *second(void *socket)
{
    CHECK(pthread_equal(pthread_self(), first_thread));
    use(socket);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    pthread_attr_t attr;
    pthread_t thread;
    int tid;

    use(socket);
    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_create(&first_thread, &attr, first, socket);
    while ((tid = __atomic_load_n(&first_tid, __ATOMIC_RELAXED)) == 0 ||
           syscall(SYS_tgkill, getpid(), tid, 0) == 0)
        usleep(100);
    pthread_create(&thread, NULL, second, socket);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
