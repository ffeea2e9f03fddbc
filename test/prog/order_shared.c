/* SPDX-License-Identifier: MPL-2.0 */
/* Process-shared primitives in a mapping, used by threads of one process; and by a child, whose
 * fork leaves them as they are.
 * zg: expect silent
 * zg: runs 20 */
#include <semaphore.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include "order.h"

static struct {
    pthread_mutex_t mutex;
    pthread_barrier_t barrier;
    sem_t sem;
} * shared;
static void *socket_;

static void *run(void *unused)
{
    for (int i = 0; i < 50; i++) {
        pthread_mutex_lock(&shared->mutex);
        use(socket_);
        pthread_mutex_unlock(&shared->mutex);
    }
    pthread_barrier_wait(&shared->barrier);
    sem_wait(&shared->sem);
    use(socket_);
    sem_post(&shared->sem);
    return unused;
}

static int child(void)
{
    void *context, *socket;

    pthread_mutex_lock(&shared->mutex);
    context = zmq_ctx_new();
    socket = make_socket(context);
    use(socket);
    zmq_close(socket);
    zmq_ctx_term(context);
    pthread_mutex_unlock(&shared->mutex);
    return 0;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_mutexattr_t mutex;
    pthread_barrierattr_t barrier;
    pthread_t threads[2];
    int status;
    pid_t pid;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_mutexattr_init(&mutex);
    pthread_mutexattr_setpshared(&mutex, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(&shared->mutex, &mutex);
    pthread_barrierattr_init(&barrier);
    pthread_barrierattr_setpshared(&barrier, PTHREAD_PROCESS_SHARED);
    pthread_barrier_init(&shared->barrier, &barrier, 2);
    sem_init(&shared->sem, 1, 1);
    socket_ = make_socket(context);
    for (int i = 0; i < 2; i++)
        pthread_create(&threads[i], NULL, run, NULL);
    pid = fork();
    if (pid == 0)
        _exit(child());
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
    for (int i = 0; i < 2; i++)
        pthread_join(threads[i], NULL);
    zmq_close(socket_);
    zmq_ctx_term(context);
    return 0;
}
