/* SPDX-License-Identifier: MPL-2.0 */
/* Notes of what threads took in from outside. */
#include "host/outside.h"

#include "base/str.h"
#include "base/sys.h"
#include "host/lib.h"
#include "host/silent.h"

#define TICK_NS  10000000UL
#define JIFFY_NS 10000000UL /* in which the kernel tells when a thread began: USER_HZ is 100 */

static uint64_t tick_of(uint64_t now)
{
    return now - now % TICK_NS;
}

static uint64_t this_tick(void)
{
    return tick_of(zg_sys_coarse());
}

/* Of a tick the first note is kept: what was released after a later one was so after it, too. */
static void note(struct zg_thread *t, const char *how, uint64_t now)
{
    struct zg_outside_note *n = &t->outside[t->outside_count % ZG_OUTSIDE_NOTES];

    n->epoch = t->actor.epoch;
    n->how = how;
    __atomic_store_n(&n->time, now, __ATOMIC_RELEASE);
    __atomic_store_n(&t->outside_count, t->outside_count + 1, __ATOMIC_RELEASE);
}

static bool has_noted(const struct zg_thread *t, uint64_t now)
{
    return t->outside_count != 0 &&
           t->outside[(t->outside_count - 1) % ZG_OUTSIDE_NOTES].time == now;
}

/* The calling thread, when what it takes in counts: libzmq's own threads and calls do not. */
static struct zg_thread *thread_of(uintptr_t caller)
{
    struct zg_thread *t = zg_thread_self_or_null;

    if (t == NULL || t->internal || zg_lib_is_libzmq(caller))
        return NULL;
    return t->actor.entering == NULL || t->ignore != 0 ? t : NULL;
}

void zg_outside_took(const char *how, uintptr_t caller)
{
    struct zg_thread *t = thread_of(caller);

    if (t != NULL)
        zg_outside_received(t, how);
}

void zg_outside_came(struct zg_thread *t, const char *how, uint64_t now)
{
    uint64_t tick = tick_of(now);

    if (!has_noted(t, tick))
        note(t, how, tick);
    t->outside_seen = now;
}

/*
 * A descriptor that told is remembered, by thread, and not asked about again: a loop that reads
 * pipes and sockets makes no system call here. Its number may be another's by now, which tells
 * nothing: then a verdict is a suspicion in place of an error. Each suspicion that rests on a note
 * makes all descriptors be asked about again, so that a number misleads once. Of one that is silent
 * host/silent.h knows more: to believe that of a new owner of its number were a false alarm.
 */
#define TOLD 1024
static uint64_t told[TOLD]; /* atomic: hash of what told, for its round. By any thread */
static uint32_t told_round; /* atomic: suspicions */

/* Of a thread, and of an epoll instance and an event's data; or of ~fd and 0. Never 0. */
static uint64_t hash_of(const struct zg_thread *t, int fd, uint64_t data)
{
    uint64_t round = __atomic_load_n(&told_round, __ATOMIC_RELAXED);
    uint64_t x = (round << 32 | (uint32_t)fd) * 0x9e3779b97f4a7c15U;

    x = (x ^ x >> 29 ^ t->actor.id) * 0xbf58476d1ce4e5b9U;
    x = (x ^ x >> 32 ^ data) * 0x94d049bb133111ebU;
    return (x ^ x >> 31) | 1;
}

static bool has_told(uint64_t hash)
{
    return __atomic_load_n(&told[hash / 2 % TOLD], __ATOMIC_RELAXED) == hash;
}

static void remember(uint64_t hash)
{
    __atomic_store_n(&told[hash / 2 % TOLD], hash, __ATOMIC_RELAXED);
}

void zg_outside_read(const char *how, int fd, uintptr_t caller)
{
    struct zg_thread *t = thread_of(caller);

    if (t != NULL)
        zg_outside_found(t, how, fd);
}

void zg_outside_found(struct zg_thread *t, const char *how, int fd)
{
    uint64_t now = this_tick();
    uint64_t hash;

    if (has_noted(t, now))
        return;
    hash = hash_of(t, ~fd, 0);
    if (has_told(hash) || !zg_silent_read(fd, how, now)) {
        remember(hash);
        note(t, how, now);
    }
}

/* Is there nothing to find out: no thread that counts, or one with a note of this tick already? */
static bool is_settled(const struct zg_thread *t, uint64_t now)
{
    return t == NULL || has_noted(t, now);
}

void zg_outside_polled(const char *how, const struct pollfd *fds, size_t count, uintptr_t caller)
{
    struct zg_thread *t = thread_of(caller);
    uint64_t now = t != NULL ? this_tick() : 0;

    for (size_t i = 0; !is_settled(t, now) && i < count; i++) {
        if (fds[i].revents != 0)
            zg_outside_read(how, fds[i].fd, caller);
    }
}

void zg_outside_selected(const char *how, int count, const fd_set *const sets[3], uintptr_t caller)
{
    struct zg_thread *t = thread_of(caller);
    uint64_t now = t != NULL ? this_tick() : 0;

    for (int fd = 0; !is_settled(t, now) && fd < count; fd++) {
        for (int i = 0; i < 3; i++) {
            /* Not FD_ISSET: a host may have sets that are longer than fd_set. */
            const uint64_t *words = (const void *)sets[i];

            if (words != NULL && (words[fd / 64] >> (fd % 64) & 1) != 0)
                zg_outside_read(how, fd, caller);
        }
    }
}

void zg_outside_epolled(const char *how, int fd, const struct epoll_event *events, int count,
                        uintptr_t caller)
{
    struct zg_thread *t = thread_of(caller);
    uint64_t now = t != NULL ? this_tick() : 0;

    for (int i = 0; !is_settled(t, now) && i < count; i++) {
        uint64_t hash = hash_of(t, fd, events[i].data.u64);

        if (has_told(hash) || !zg_silent_event(fd, events[i].data.u64, how, now)) {
            remember(hash);
            note(t, how, now);
        }
    }
}

static bool is_of_clock_or_fault(int number, const siginfo_t *info)
{
    switch (number) {
    case SIGALRM:
    case SIGVTALRM:
    case SIGPROF:
        return info->si_code == SI_KERNEL || info->si_code == SI_TIMER; /* setitimer(), alarm() */
    case SIGSEGV:
    case SIGBUS:
    case SIGFPE:
    case SIGILL:
    case SIGTRAP:
        return info->si_code > 0;
    default:
        return info->si_code == SI_TIMER;
    }
}

void zg_outside_signalled(int number, const siginfo_t *info)
{
    struct zg_thread *t = zg_thread_self_or_null;

    if (t != NULL && !t->internal && !is_of_clock_or_fault(number, info))
        zg_outside_received(t, "a signal handler");
}

/* The 22nd word of /proc/self/task/TID/stat, in which the second, the name, is whatever a program
 * likes, between brackets (proc(5)). 0: cannot be told. */
static uint64_t start_of(const char *stat)
{
    const char *at = strrchr(stat, ')');
    uint64_t jiffies = 0;

    for (int word = 2; at != NULL && word < 22; word++) {
        at = strchr(at, ' ');
        at = at != NULL ? at + 1 : NULL;
    }
    if (at == NULL || zg_str_number(at, strcspn(at, " "), 10, &jiffies) != 0)
        return 0;
    return jiffies;
}

/* When a thread began, or a jiffy later, on the coarse clock's scale; the kernel's counts the time
 * in suspension as well. Where it cannot be found out, that was just now. */
static uint64_t began_by(const struct zg_thread *t)
{
    ZG_BUF(path, 40);
    char stat[512];
    uint64_t jiffies = 0, now, up;

    zg_buf_format(&path, "/proc/self/task/%d/stat", t->tid);
    if (zg_sys_read_file(path.text, stat, sizeof(stat)) > 0)
        jiffies = start_of(stat);
    if (jiffies == 0)
        return UINT64_MAX - TICK_NS;
    now = zg_sys_now();
    up = zg_sys_up();
    return (jiffies + 1) * JIFFY_NS - (up > now ? up - now : 0);
}

/* Can the actor know how a thread began that was not seen to be created, and was that later? */
static bool began_since(const struct zg_thread *t, const struct zg_actor *actor, uint64_t since)
{
    return t->unseen != 0 && (&t->actor == actor || zg_actor_knows(actor, t->unseen)) &&
           began_by(t) + TICK_NS >= since;
}

struct search {
    const struct zg_actor *actor;
    uint64_t since;
    const char *how;
};

/* Of the notes of a thread, is there one after `since` that the actor knows? */
static bool look(struct zg_thread *t, void *arg)
{
    struct search *s = arg;
    uint32_t count = __atomic_load_n(&t->outside_count, __ATOMIC_ACQUIRE);
    uint32_t kept = count < ZG_OUTSIDE_NOTES ? count : ZG_OUTSIDE_NOTES;

    for (uint32_t i = 0; i < kept; i++) {
        const struct zg_outside_note *n = &t->outside[i];

        if (__atomic_load_n(&n->time, __ATOMIC_ACQUIRE) + TICK_NS >= s->since &&
            (&t->actor == s->actor || zg_actor_knows(s->actor, n->epoch)))
            s->how = n->how;
    }
    /* Older ones were overwritten: then whoever knows anything of the thread may know them. */
    if (s->how == NULL && count > ZG_OUTSIDE_NOTES &&
        t->outside[count % ZG_OUTSIDE_NOTES].time >= s->since &&
        zg_actor_knows(s->actor, zg_epoch_make(zg_epoch_slot(t->actor.epoch), 1)))
        s->how = t->outside[count % ZG_OUTSIDE_NOTES].how;
    if (s->how == NULL && began_since(t, s->actor, s->since))
        s->how = "the start of a thread that was not seen to be created";
    return s->how == NULL;
}

const char *zg_outside_since(const struct zg_thread *t, uint64_t since)
{
    struct search s = {.actor = &t->actor, .since = since};

    zg_thread_each(look, &s);
    if (s.how == NULL)
        s.how = zg_silent_doubt(since > TICK_NS ? since - TICK_NS : 0);
    if (s.how != NULL) /* a suspicion */
        __atomic_fetch_add(&told_round, 1, __ATOMIC_RELAXED);
    return s.how;
}
