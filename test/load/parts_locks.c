/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A plugin in which a socket goes from thread to thread under each kind of lock (right), or while
 * nothing but a relaxed flag tells the second thread that it may (wrong). All threads are there
 * from the beginning, so that only the locks order them.
 */
#include <pthread.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stddef.h>
#include <zmq.h>

enum { MUTEX, COND, RWLOCK, SPIN, SEM, BARRIER, STEPS };

static struct {
    int is_wrong;
    void *socket;
    atomic_int flag;
    int turn; /* guarded by the lock of its step */
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    pthread_rwlock_t rwlock;
    pthread_spinlock_t spin;
    sem_t sem;
    pthread_barrier_t barrier;
} all = {.mutex = PTHREAD_MUTEX_INITIALIZER,
         .cond = PTHREAD_COND_INITIALIZER,
         .rwlock = PTHREAD_RWLOCK_INITIALIZER};

static void use(void)
{
    zmq_send(all.socket, "1", 1, ZMQ_DONTWAIT);
}

static void hand_over(int step)
{
    switch (all.is_wrong ? STEPS : step) {
    case MUTEX:
    case COND:
        pthread_mutex_lock(&all.mutex);
        all.turn = step + 1;
        pthread_cond_broadcast(&all.cond);
        pthread_mutex_unlock(&all.mutex);
        return;
    case RWLOCK:
        pthread_rwlock_wrlock(&all.rwlock);
        all.turn = step + 1;
        pthread_rwlock_unlock(&all.rwlock);
        return;
    case SPIN:
        pthread_spin_lock(&all.spin);
        all.turn = step + 1;
        pthread_spin_unlock(&all.spin);
        return;
    case SEM:
        sem_post(&all.sem);
        return;
    case BARRIER:
        pthread_barrier_wait(&all.barrier);
        return;
    default:
        atomic_store_explicit(&all.flag, step + 1, memory_order_relaxed);
    }
}

static int is_turn(int step, int (*lock)(void *), int (*unlock)(void *), void *object)
{
    int is;

    lock(object);
    is = all.turn == step + 1;
    unlock(object);
    return is;
}

#define IS_TURN(step, lock, unlock, object)                                                        \
    is_turn(step, (int (*)(void *))lock, (int (*)(void *))unlock, (void *)object)

static void take_over(int step)
{
    switch (all.is_wrong ? STEPS : step) {
    case MUTEX:
        while (!IS_TURN(step, pthread_mutex_lock, pthread_mutex_unlock, &all.mutex))
            ;
        return;
    case COND:
        pthread_mutex_lock(&all.mutex);
        while (all.turn != step + 1)
            pthread_cond_wait(&all.cond, &all.mutex);
        pthread_mutex_unlock(&all.mutex);
        return;
    case RWLOCK:
        while (!IS_TURN(step, pthread_rwlock_rdlock, pthread_rwlock_unlock, &all.rwlock))
            ;
        return;
    case SPIN:
        while (!IS_TURN(step, pthread_spin_lock, pthread_spin_unlock, &all.spin))
            ;
        return;
    case SEM:
        while (sem_wait(&all.sem) != 0)
            ;
        return;
    case BARRIER:
        pthread_barrier_wait(&all.barrier);
        return;
    default:
        while (atomic_load_explicit(&all.flag, memory_order_relaxed) != step + 1)
            ;
    }
}

/* The two threads use the socket in turns. */
static void *second(void *unused)
{
    for (int step = 0; step < STEPS; step++) {
        if (step % 2 != 0) {
            use();
            hand_over(step);
        } else {
            take_over(step);
            use();
        }
    }
    return unused;
}

int plugin_run(int wrong);
int plugin_run(int wrong)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    all.is_wrong = wrong;
    pthread_spin_init(&all.spin, PTHREAD_PROCESS_PRIVATE);
    sem_init(&all.sem, 0, 0);
    pthread_barrier_init(&all.barrier, NULL, 2);
    all.socket = zmq_socket(context, ZMQ_PAIR);
    pthread_create(&thread, NULL, second, NULL);
    for (int step = 0; step < STEPS; step++) {
        if (step % 2 == 0) {
            use();
            hand_over(step);
        } else {
            take_over(step);
            use();
        }
    }
    pthread_join(thread, NULL);
    zmq_close(all.socket);
    zmq_ctx_term(context);
    return 0;
}
