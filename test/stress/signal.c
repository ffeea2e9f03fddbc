/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Handlers at 10 kHz come at any moment of a thread that locks, makes and ends locks, and sends.
 * Each sends and receives a message, hands a socket on to another thread when it is its turn, and
 * leaves by a longjmp; the first two and the last only where libzmq itself is not interrupted.
 *
 *   signal COUNT          hand-overs by semaphores, there and back: nothing may be reported
 *   signal COUNT wrong    by plain variables, in no order: each of the two uses is to be reported
 */
#include <setjmp.h>
#include <stdbool.h>
#include <sys/time.h>

#include "prog/life_signal.h"

enum turn { OURS, TO_HAND_ON, THEIRS, BACK };

static sem_t given, returned;
static void *ends[2], *handed;
static sigjmp_buf out;
static long count;
static bool wrong;
static int turn; /* atomic, relaxed: it orders nothing */
static volatile sig_atomic_t may_send, may_jump;
static volatile long handlers, messages, jumps, rounds;

static bool is(enum turn whose)
{
    return __atomic_load_n(&turn, __ATOMIC_RELAXED) == (int)whose;
}

static void give_turn(enum turn whose)
{
    __atomic_store_n(&turn, (int)whose, __ATOMIC_RELAXED);
}

static void exchange(void)
{
    char byte = 0;

    while (zmq_send(ends[0], &byte, 1, 0) != 1)
        CHECK(errno == EINTR);
    while (zmq_recv(ends[1], &byte, 1, 0) != 1)
        CHECK(errno == EINTR);
}

static void on_alarm(int sig)
{
    int saved = errno;

    (void)sig;
    handlers = handlers + 1;
    if (is(TO_HAND_ON)) {
        give_turn(THEIRS);
        if (!wrong)
            sem_post(&given);
    }
    if (may_send) {
        exchange();
        messages = messages + 1;
    }
    errno = saved;
    if (may_jump) {
        may_send = may_jump = 0;
        jumps = jumps + 1;
        siglongjmp(out, 1);
    }
}

static void use(void)
{
    int value;
    size_t len = sizeof(value);

    CHECK(zmq_getsockopt(handed, ZMQ_TYPE, &value, &len) == 0);
}

static void *take_over(void *arg)
{
    for (long i = 0; i < count; i++) {
        if (wrong) {
            while (!is(THEIRS))
                usleep(20);
        } else {
            while (sem_wait(&given) != 0)
                CHECK(errno == EINTR);
        }
        use();
        if (wrong)
            give_turn(BACK);
        else
            sem_post(&returned);
    }
    return arg;
}

/* Until the socket is back; a handler that jumps begins it anew. */
static void be_interrupted(void)
{
    (void)sigsetjmp(out, 1);
    while (wrong ? !is(BACK) : sem_trywait(&returned) != 0) {
        may_send = may_jump = 1;
        for (int i = 0; i < 20; i++)
            live_and_die();
        may_send = may_jump = 0;
        for (int i = 0; i < 5; i++)
            exchange();
    }
}

static void hand_over(void)
{
    struct itimerval often = {{0, 100}, {0, 100}}, off = {{0, 0}, {0, 0}};

    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    while (rounds < count) {
        rounds = rounds + 1;
        use();
        give_turn(TO_HAND_ON);
        be_interrupted();
    }
    CHECK(setitimer(ITIMER_REAL, &off, NULL) == 0);
}

int main(int argc, char **argv)
{
    struct sigaction action = {.sa_handler = on_alarm, .sa_flags = SA_RESTART};
    void *context;
    pthread_t thread;
    sigset_t alarm;

    count = argc > 1 ? atol(argv[1]) : 1000;
    wrong = argc > 2;
    sigemptyset(&alarm);
    sigaddset(&alarm, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &alarm, NULL); /* in the other threads, too */
    context = zmq_ctx_new();
    for (int i = 0; i < 2; i++)
        CHECK((ends[i] = zmq_socket(context, ZMQ_PAIR)) != NULL);
    CHECK(zmq_bind(ends[0], "inproc://x") == 0 && zmq_connect(ends[1], "inproc://x") == 0);
    CHECK((handed = zmq_socket(context, ZMQ_PAIR)) != NULL);
    CHECK(sem_init(&given, 0, 0) == 0 && sem_init(&returned, 0, 0) == 0);
    CHECK(pthread_create(&thread, NULL, take_over, NULL) == 0);
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    pthread_sigmask(SIG_UNBLOCK, &alarm, NULL);
    hand_over();
    pthread_join(thread, NULL);
    printf("%ld hand-overs, %ld handlers, %ld messages in them, %ld jumps out of them\n", rounds,
           handlers, messages, jumps);
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    zmq_close(handed);
    zmq_ctx_term(context);
    return 0;
}
