/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Random programs against an oracle: is the guard silent where it must be, and does it report where
 * it must?
 *
 *   LD_PRELOAD=libzmqguard.so ZMQGUARD_OPTIONS=policy=fence:on_error=exit verdicts FIRST LAST
 *
 * Each seed is one program in a process of its own. Its threads take steps in one forced order: a
 * thread waits for its turn by an atomic variable and sched_yield(), which the guard does not see
 * and which orders nothing by the contract of libzmq; who has taken a step draws the next. The
 * oracle is a naive set of vector clocks, told of each step before it is taken. It has two clocks a
 * thread: what is ordered for certain (`sure`), and what the guard may take for ordered (`maybe`:
 * it may merge readers of a lock, posts of a semaphore, messages of an endpoint, and so err towards
 * silence). A use that follows the socket's last use in the first must be silent; one that does
 * not even in the second must be reported; else both are right.
 *
 * Prints what is wrong with a seed, a summary, and exits 1 when anything was. One seed alone is
 * told step by step. A third argument: the first difference is the end.
 */
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>
#include <zmq.h>

#include "zmqguard.h"

enum { THREADS = 6, SOCKETS = 8, PAIRS = 2, LOCKS = 2, STEPS = 120, MESSAGES = 64 };
enum { REPORTED = 66, MISSED = 3, BROKEN = 4 };
enum verdict { SILENT, EITHER, REPORT };

struct clocks {
    uint32_t sure[THREADS];
    uint32_t maybe[THREADS];
};

static struct told {
    enum verdict verdict; /* on the step that is being taken */
    int step;
    char text[96];
} * told; /* shared with the parent process */

static uint64_t seed;
static bool verbose;
static void *context;

static struct {
    pthread_t id;
    thrd_t c11;
    bool is_c11;
    bool alive, ended, joined;
    struct clocks knows;
} threads[THREADS];

/* The first 2 * PAIRS are the ends of inproc pairs; the others are PUSH sockets without a peer. */
static struct socket {
    void *handle;
    bool made, closed, let_go;
    int last; /* thread of the last use */
    uint32_t epoch;
    bool last_was_send;
    uint32_t first_sent; /* epoch of the last user's first send; 0: none */
    struct clocks messages[MESSAGES];
    int sent, received; /* by this end; from this end */
    struct clocks all;  /* of all that was ever sent from here */
} sockets[SOCKETS];

static struct lock {
    pthread_mutex_t mutex;
    pthread_spinlock_t spin;
    mtx_t c11;
    pthread_rwlock_t rw;
    sem_t sem;
    char annotation;
    int owner, readers[THREADS], value; /* owner: thread + 1 */
    struct clocks writers, all;
} locks[6][LOCKS]; /* by kind: mutex, spin, rwlock, semaphore, annotation, C11's mutex */
enum { MUTEX, SPIN, RW, SEM, ANNOTATION, C11 };

static int turn = -1; /* atomic: whose step is next */
static struct step {
    void (*take)(int me, int n);
    int n;
} next;
static int steps;

static uint32_t draw(uint32_t below)
{
    seed = seed * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(seed >> 33) % below;
}

static void join_clocks(struct clocks *to, const struct clocks *from, bool sure)
{
    for (int i = 0; i < THREADS; i++) {
        if (sure && from->sure[i] > to->sure[i])
            to->sure[i] = from->sure[i];
        if (from->maybe[i] > to->maybe[i])
            to->maybe[i] = from->maybe[i];
    }
}

static void expect(int me, enum verdict verdict, const char *what, int n)
{
    told->verdict = verdict;
    snprintf(told->text, sizeof(told->text), "step %d: thread %d %s %d: %s", steps, me, what, n,
             verdict == SILENT   ? "must be silent"
             : verdict == REPORT ? "must be reported"
                                 : "either");
    if (verbose)
        printf("%s\n", told->text);
}

/* The step is over. */
static void check_missed(void)
{
    if (told->verdict == REPORT)
        _exit(MISSED);
    told->verdict = SILENT;
}

static enum verdict verdict_on(int me, const struct socket *s)
{
    const struct clocks *k = &threads[me].knows;

    if (s->closed)
        return REPORT;
    if (s->last == me || s->let_go || k->sure[s->last] >= s->epoch)
        return SILENT;
    if (k->maybe[s->last] >= s->epoch ||
        (s->last_was_send && s->first_sent != 0 && k->maybe[s->last] >= s->first_sent))
        return EITHER;
    return REPORT;
}

/* Two variables may hold one address: a closed socket's, and its successor's. */
static struct socket *meant(int n)
{
    for (int i = 0; i < SOCKETS; i++) {
        if (sockets[i].made && !sockets[i].closed && sockets[i].handle == sockets[n].handle)
            return &sockets[i];
    }
    return &sockets[n];
}

static void note_use(int me, struct socket *s, bool is_send)
{
    uint32_t now = threads[me].knows.sure[me];

    if (s->last != me)
        s->first_sent = 0;
    if (is_send && s->first_sent == 0)
        s->first_sent = now;
    s->last = me;
    s->epoch = now;
    s->let_go = false;
    s->last_was_send = is_send;
}

static bool using(int me, int n, bool is_send, const char *what)
{
    struct socket *s = meant(n);

    if (!sockets[n].made)
        return false;
    expect(me, verdict_on(me, s), what, n);
    note_use(me, s, is_send);
    return true;
}

static void use_socket(int me, int n)
{
    zmq_pollitem_t item = {.socket = sockets[n].handle, .events = ZMQ_POLLOUT};
    int value = 0;
    size_t len = sizeof(value);

    if (!using(me, n, false, "uses"))
        return;
    switch (draw(4)) {
    case 0:
        (void)zmq_poll(&item, 1, 0);
        break;
    case 1:
        (void)zmq_getsockopt(item.socket, ZMQ_TYPE, &value, &len);
        break;
    case 2:
        (void)zmq_setsockopt(item.socket, ZMQ_LINGER, &value, sizeof(value));
        break;
    default:
        if (n >= 2 * PAIRS)
            (void)zmq_send(item.socket, "", 1, ZMQ_DONTWAIT);
        else
            (void)zmq_getsockopt(item.socket, ZMQ_RCVMORE, &value, &len);
    }
    check_missed();
}

static void send_message(int me, int n)
{
    struct socket *s;

    if (n >= 2 * PAIRS)
        return;
    s = &sockets[n];
    if (s->closed || s->sent == MESSAGES || !using(me, n, true, "sends on"))
        return;
    if (zmq_send(s->handle, "m", 1, ZMQ_DONTWAIT) == 1) {
        s->messages[s->sent++] = threads[me].knows;
        join_clocks(&s->all, &threads[me].knows, true);
    }
    check_missed();
}

/* From the other end: the message that comes next, and perhaps all that were ever sent. */
static void learn(int me, const struct socket *other)
{
    join_clocks(&threads[me].knows, &other->messages[other->received], true);
    join_clocks(&threads[me].knows, &other->all, false);
}

static void receive_message(int me, int n)
{
    struct socket *s, *other;
    zmq_pollitem_t item = {.events = ZMQ_POLLIN};
    char text;

    if (n >= 2 * PAIRS)
        return;
    s = &sockets[n];
    other = &sockets[n ^ 1];
    item.socket = s->handle;
    if (s->closed || !using(me, n, false, "receives on"))
        return;
    if (draw(3) == 0) {
        if (zmq_poll(&item, 1, 0) == 1)
            learn(me, other);
    } else if (zmq_recv(s->handle, &text, 1, ZMQ_DONTWAIT) == 1) {
        learn(me, other);
        other->received++;
    }
    check_missed();
}

static void make_socket(int me, int n)
{
    struct socket *s = &sockets[n];

    if (n < 2 * PAIRS || (s->made && !s->closed))
        return;
    expect(me, SILENT, "makes", n);
    *s = (struct socket){.handle = zmq_socket(context, ZMQ_PUSH), .made = true};
    if (s->handle == NULL)
        _exit(BROKEN);
    note_use(me, s, false);
}

static bool is_registered(int socket);

static void close_socket(int me, int n)
{
    struct socket *s = meant(n);

    for (int i = 0; i < SOCKETS; i++)
        if (&sockets[i] == s && is_registered(i)) /* who does that breaks more than one rule */
            return;
    if (!using(me, n, false, "closes"))
        return;
    s->closed = true;
    (void)zmq_close(sockets[n].handle);
    check_missed();
}

static void let_go(int me, int n)
{
    struct socket *s = meant(n);

    if (!s->made || s->closed)
        return;
    expect(me, SILENT, "lets go", n);
    ZMQGUARD_HANDOFF(s->handle);
    if (s->last == me)
        s->let_go = true;
}

#include "verdicts_poller.h"
#include "verdicts_wait.h"

/* Before the real unlock: what is released; after the real lock: what is acquired. */
static void lock_or_unlock(int me, int n)
{
    static const int kinds[] = {MUTEX, SPIN, C11};
    int kind = kinds[n % 3];
    struct lock *l = &locks[kind][n / 3 % LOCKS];
    struct timespec never = {0, 0};

    if (l->owner != 0 && l->owner != me + 1)
        return;
    expect(me, SILENT, l->owner != 0 ? "unlocks" : "locks", n);
    if (l->owner != 0) {
        l->all = threads[me].knows;
        l->owner = 0;
        kind == MUTEX  ? pthread_mutex_unlock(&l->mutex)
        : kind == SPIN ? pthread_spin_unlock(&l->spin)
                       : mtx_unlock(&l->c11);
        return;
    }
    l->owner = me + 1;
    if (kind == SPIN)
        draw(2) == 0 ? pthread_spin_lock(&l->spin) : pthread_spin_trylock(&l->spin);
    else if (kind == C11)
        draw(2) == 0 ? mtx_lock(&l->c11) : mtx_trylock(&l->c11);
    else if (draw(3) == 0)
        pthread_mutex_trylock(&l->mutex);
    else
        draw(2) == 0 ? pthread_mutex_lock(&l->mutex) : pthread_mutex_timedlock(&l->mutex, &never);
    join_clocks(&threads[me].knows, &l->all, true);
}

static void read_or_write(int me, int n)
{
    struct lock *l = &locks[RW][n % LOCKS];
    int readers = 0;

    for (int i = 0; i < THREADS; i++)
        readers += l->readers[i];
    if (l->owner == me + 1 || l->readers[me] != 0) {
        expect(me, SILENT, "leaves rwlock", n % LOCKS);
        join_clocks(&l->all, &threads[me].knows, true);
        if (l->owner != 0)
            join_clocks(&l->writers, &threads[me].knows, true);
        l->owner = l->readers[me] = 0;
        pthread_rwlock_unlock(&l->rw);
    } else if (l->owner == 0 && draw(2) == 0) {
        expect(me, SILENT, "reads under rwlock", n % LOCKS);
        l->readers[me] = 1;
        draw(2) == 0 ? pthread_rwlock_rdlock(&l->rw) : pthread_rwlock_tryrdlock(&l->rw);
        join_clocks(&threads[me].knows, &l->writers, true);
        join_clocks(&threads[me].knows, &l->all, false);
    } else if (l->owner == 0 && readers == 0) {
        expect(me, SILENT, "writes under rwlock", n % LOCKS);
        l->owner = me + 1;
        draw(2) == 0 ? pthread_rwlock_wrlock(&l->rw) : pthread_rwlock_trywrlock(&l->rw);
        join_clocks(&threads[me].knows, &l->all, true);
    }
}

static void post_or_wait(int me, int n)
{
    struct lock *l = &locks[SEM][n % LOCKS];

    if (l->value == 0 || draw(2) == 0) {
        expect(me, SILENT, "posts", n % LOCKS);
        join_clocks(&l->all, &threads[me].knows, true);
        l->value++;
        sem_post(&l->sem);
        return;
    }
    expect(me, SILENT, "waits for", n % LOCKS);
    draw(2) == 0 ? sem_wait(&l->sem) : sem_trywait(&l->sem);
    /* Which post it was is certain when none is left over. */
    join_clocks(&threads[me].knows, &l->all, --l->value == 0);
}

static void annotate(int me, int n)
{
    struct lock *l = &locks[ANNOTATION][n % LOCKS];

    if (draw(2) == 0) {
        expect(me, SILENT, "releases", n % LOCKS);
        join_clocks(&l->all, &threads[me].knows, true);
        ZMQGUARD_RELEASE(&l->annotation);
    } else {
        expect(me, SILENT, "acquires", n % LOCKS);
        ZMQGUARD_ACQUIRE(&l->annotation);
        join_clocks(&threads[me].knows, &l->all, true);
    }
}

static void *run(void *number);
static int run_c11(void *number);

static void start_thread(int me, int n)
{
    n %= THREADS;
    if (threads[n].alive || threads[n].ended)
        return;
    expect(me, SILENT, "creates thread", n);
    threads[n].knows = threads[me].knows;
    threads[n].alive = true;
    threads[n].is_c11 = draw(3) == 0;
    if (threads[n].is_c11
            ? thrd_create(&threads[n].c11, run_c11, (void *)(intptr_t)n) != thrd_success
            : pthread_create(&threads[n].id, NULL, run, (void *)(intptr_t)n) != 0)
        _exit(BROKEN);
}

static void join_thread(int me, int n)
{
    n %= THREADS;
    if (!threads[n].ended || threads[n].joined)
        return;
    expect(me, SILENT, "joins thread", n);
    threads[n].is_c11 ? thrd_join(threads[n].c11, NULL) : pthread_join(threads[n].id, NULL);
    threads[n].joined = true;
    join_clocks(&threads[me].knows, &threads[n].knows, true);
}

/* The thread ends after this step. */
static void end_thread(int me, int n)
{
    (void)n;
    if (me == 0 || runnable() < 2)
        return;
    expect(me, SILENT, "ends", me);
    threads[me].alive = false;
    threads[me].ended = true;
}

/* The program's last step: a child that uses, or only closes, what it inherited. */
static void end_by_fork(int me)
{
    int n = (int)draw(SOCKETS), status;
    bool closes = draw(2) == 0;
    struct socket *s = meant(n);
    char text;

    if (!s->made || s->closed)
        return;
    expect(me, closes ? SILENT : REPORT, closes ? "forks and closes" : "forks and uses", n);
    if (fork() == 0) {
        if (closes)
            _exit(zmq_close(s->handle));
        (void)zmq_recv(s->handle, &text, 1, ZMQ_DONTWAIT);
        _exit(0);
    }
    if (wait(&status) < 0)
        _exit(BROKEN);
    if (WEXITSTATUS(status) == REPORTED)
        _exit(REPORTED);
    check_missed();
}

static void (*const kinds[])(int, int) = {
    use_socket,     use_socket,     use_socket,      send_message, receive_message, receive_message,
    lock_or_unlock, post_or_wait,   read_or_write,   annotate,     make_socket,     close_socket,
    let_go,         start_thread,   start_thread,    join_thread,  end_thread,      lock_or_unlock,
    wait_or_signal, wait_or_signal, wait_at_barrier, run_once,     poll_by_poller,  poll_by_poller,
};

/* Most uses are right ones: or every program would end at its first. -1: none is. */
static int choose_socket(int me)
{
    if (draw(100) == 0)
        return (int)draw(SOCKETS);
    for (int tries = 0; tries < 20; tries++) {
        int n = (int)draw(SOCKETS);

        if (sockets[n].made && verdict_on(me, meant(n)) == SILENT)
            return n;
    }
    return -1;
}

static int choose_next(void)
{
    int who;

    do
        who = (int)draw(THREADS);
    while (!threads[who].alive || __atomic_load_n(&parked[who], __ATOMIC_RELAXED) != 0);
    next.take = kinds[draw(sizeof(kinds) / sizeof(kinds[0]))];
    next.n = (int)draw(64);
    if (next.take == use_socket || next.take == send_message || next.take == close_socket ||
        next.take == receive_message)
        next.n = choose_socket(who);
    else if (next.take == make_socket || next.take == let_go)
        next.n %= SOCKETS;
    if (next.n < 0) {
        next.take = annotate;
        next.n = 0;
    }
    return who;
}

/* What is to be done by whom comes next; or the program is over. */
static void pass_turn(int me)
{
    int who;

    if (steps >= STEPS) {
        settle();
        if (draw(4) == 0)
            end_by_fork(me);
        _exit(0);
    }
    who = choose_next();
    __atomic_store_n(&turn, who, __ATOMIC_RELEASE);
}

static void *run(void *number)
{
    int me = (int)(intptr_t)number;

    do {
        while (__atomic_load_n(&turn, __ATOMIC_ACQUIRE) != me)
            sched_yield();
        settle();
        threads[me].knows.sure[me]++;
        threads[me].knows.maybe[me]++;
        told->step = ++steps;
        next.take(me, next.n);
        if (passed[me])
            passed[me] = false; /* and another has the turn since */
        else
            pass_turn(me);
    } while (threads[me].alive);
    return NULL;
}

static int run_c11(void *number)
{
    (void)run(number);
    return 0;
}

static void program(uint64_t number)
{
    char name[32];

    seed = number * 0x9E3779B97F4A7C15U + 1;
    context = zmq_ctx_new();
    for (int i = 0; i < LOCKS; i++) {
        pthread_mutex_init(&locks[MUTEX][i].mutex, NULL);
        pthread_spin_init(&locks[SPIN][i].spin, 0);
        pthread_rwlock_init(&locks[RW][i].rw, NULL);
        sem_init(&locks[SEM][i].sem, 0, 0);
        mtx_init(&locks[C11][i].c11, mtx_plain);
    }
    prepare_waits();
    if (!find_drafts())
        drafts.wait_all = NULL;
    threads[0].alive = true;
    threads[0].knows.sure[0] = threads[0].knows.maybe[0] = 1;
    for (int i = 0; i < 2 * PAIRS; i++) {
        sockets[i] = (struct socket){.handle = zmq_socket(context, ZMQ_PAIR), .made = true};
        snprintf(name, sizeof(name), "inproc://%d", i / 2);
        if ((i % 2 == 0 ? zmq_bind : zmq_connect)(sockets[i].handle, name) != 0)
            _exit(BROKEN);
        note_use(0, &sockets[i], true);
        join_clocks(&sockets[i].all, &threads[0].knows, true);
    }
    next.take = start_thread;
    next.n = 1;
    __atomic_store_n(&turn, 0, __ATOMIC_RELEASE);
    (void)run((void *)0);
    _exit(0);
}

/* False: the guard was wrong. */
static bool judge(uint64_t number, int status, unsigned long reports[2])
{
    bool reported = WIFEXITED(status) && WEXITSTATUS(status) == REPORTED;
    const char *wrong = NULL;

    if (!reported && (!WIFEXITED(status) || WEXITSTATUS(status) == BROKEN))
        wrong = "the program broke";
    else if (reported && told->verdict == SILENT)
        wrong = "reported";
    else if (!reported && WEXITSTATUS(status) == MISSED)
        wrong = "missed";
    else if (!reported && WEXITSTATUS(status) != 0)
        wrong = "the program ended oddly";
    reports[reported]++;
    if (wrong != NULL)
        printf("seed %llu: %s: %s (status %x)\n", (unsigned long long)number, wrong, told->text,
               (unsigned)status);
    return wrong == NULL;
}

int main(int argc, char **argv)
{
    uint64_t first = argc > 1 ? strtoull(argv[1], NULL, 0) : 1;
    uint64_t last = argc > 2 ? strtoull(argv[2], NULL, 0) : first;
    unsigned long wrong = 0, reports[2] = {0, 0};
    int status;

    told = mmap(NULL, sizeof(*told), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (told == MAP_FAILED)
        return 2;
    verbose = first == last;
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (uint64_t n = first; n <= last; n++) {
        pid_t child;

        memset(told, 0, sizeof(*told));
        child = fork();
        if (child == 0) {
            alarm(60); /* a program that hangs is broken */
            program(n);
        }
        if (child < 0 || waitpid(child, &status, 0) != child)
            return 2;
        wrong += !judge(n, status, reports);
        if (wrong != 0 && argc > 3)
            break;
    }
    printf("%llu programs: %lu reported, %lu silent, %lu wrong\n",
           (unsigned long long)(last - first + 1), reports[1], reports[0], wrong);
    return wrong != 0;
}
