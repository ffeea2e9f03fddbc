/* SPDX-License-Identifier: MPL-2.0 */
/* Handlers post a semaphore at any moment, also in the middle of locking and sending.
 * zg: expect silent
 * zg: runs 20 */
#include <errno.h>
#include <semaphore.h>
#include <signal.h>
#include <sys/time.h>

#include "order.h"

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static sem_t posted;
static void *socket_;
static int done;

static void on_alarm(int sig)
{
    int saved = errno;

    (void)sig;
    sem_post(&posted);
    errno = saved;
}

static void *run(void *unused)
{
    for (int i = 0; i < 50; i++) {
        while (sem_wait(&posted) != 0)
            ;
        pthread_mutex_lock(&mutex);
        use(socket_);
        pthread_mutex_unlock(&mutex);
    }
    reached(1);
    return unused;
}

int main(void)
{
    struct itimerval often = {{0, 300}, {0, 300}}, off = {{0, 0}, {0, 0}};
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    void *context = zmq_ctx_new();
    pthread_t thread;

    socket_ = make_socket(context);
    sem_init(&posted, 0, 0);
    sigaction(SIGALRM, &action, NULL);
    pthread_create(&thread, NULL, run, NULL);
    setitimer(ITIMER_REAL, &often, NULL);
    while (!done) {
        pthread_mutex_lock(&mutex);
        use(socket_);
        pthread_mutex_unlock(&mutex);
        done = __atomic_load_n(&step, __ATOMIC_RELAXED);
    }
    setitimer(ITIMER_REAL, &off, NULL);
    pthread_join(thread, NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
