/* SPDX-License-Identifier: MPL-2.0 */
/* Threads that wait on a futex of the program's own get a socket each at the same moment, and so
 * ask at once whether an order is possible that cannot be seen. Each child of a fork is one try. */
/* zg: expect silent */
/* zg: runs 2 */
#include <linux/futex.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "order.h"

enum { TRIES = 60, THREADS = 6 };

static uint32_t gate; /* atomic, a futex: 1 = open */
static void *sockets[THREADS];

static void *run(void *number)
{
    while (__atomic_load_n(&gate, __ATOMIC_ACQUIRE) == 0)
        syscall(SYS_futex, &gate, FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    use(sockets[(intptr_t)number]);
    return NULL;
}

static void once(void)
{
    void *context = zmq_ctx_new();
    pthread_t threads[THREADS];

    for (intptr_t i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, run, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        sockets[i] = make_socket(context);
        use(sockets[i]);
    }
    __atomic_store_n(&gate, 1, __ATOMIC_RELEASE);
    syscall(SYS_futex, &gate, FUTEX_WAKE_PRIVATE, THREADS, NULL, NULL, 0);
    for (int i = 0; i < THREADS; i++)
        pthread_join(threads[i], NULL);
    _exit(0);
}

int main(void)
{
    int status;

    for (int i = 0; i < TRIES; i++) {
        pid_t child = fork();

        CHECK(child >= 0);
        if (child == 0)
            once();
        CHECK(waitpid(child, &status, 0) == child && status == 0);
    }
    return 0;
}
