/* SPDX-License-Identifier: MPL-2.0 */
/* Notes of what threads took in from outside. */
#include "host/outside.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/lib.h"

#define TICK_NS   10000000UL
#define MEM_MAJOR 1 /* /dev/null, zero, random, … */

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

static bool is_timer(int fd)
{
    ZG_BUF(path, 40);
    char target[24] = "";

    zg_buf_format(&path, "/proc/self/fd/%d", fd);
    (void)zg_sys4(SYS_readlinkat, -100 /* AT_FDCWD */, path.text, target, sizeof(target) - 1);
    return zg_str_equal(target, "anon_inode:[timerfd]");
}

/* Can what is read there come from another thread or process? */
static bool tells(int fd)
{
    struct stat st;

    if (zg_sys_fstat(fd, &st) != 0)
        return false;
    switch (st.st_mode & S_IFMT) {
    case S_IFREG:
    case S_IFDIR:
    case S_IFBLK:
        return false;
    case S_IFCHR:
        return major(st.st_rdev) != MEM_MAJOR;
    case 0: /* the kernel's own: eventfd, signalfd, … */
        return !is_timer(fd);
    default:
        return true;
    }
}

/*
 * A descriptor that told is remembered, by thread, and not asked about again: a loop that reads
 * pipes and sockets makes no system call here. Its number may be another's by now, which tells
 * nothing: then a verdict is a suspicion in place of an error. Each suspicion that rests on a note
 * makes all descriptors be asked about again, so that a number misleads once. A descriptor that is
 * silent is asked about in each tick: to believe that of a new owner of its number were a false
 * alarm.
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

    if (has_noted(t, now) || (t->silent_fd == fd && t->silent_time == now))
        return;
    hash = hash_of(t, ~fd, 0);
    if (has_told(hash) || tells(fd)) {
        remember(hash);
        note(t, how, now);
    } else {
        t->silent_fd = fd;
        t->silent_time = now;
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

/* /proc/self/fdinfo of an epoll instance: "tfd: 5 events: 19 data: 7f00 pos: …", a line for each
 * descriptor (fs/eventpoll.c, ep_show_fdinfo). Is one among them that bears this event's data, and
 * is it a timer, or what else tells nothing? False when that cannot be said. */
static bool is_of_silent(const char *info, uint64_t data)
{
    bool found = false;

    for (const char *at = strstr(info, "tfd:"); at != NULL; at = strstr(at + 1, "tfd:")) {
        const char *says = strstr(at, "data:");
        uint64_t number = 0, fd = 0;
        struct stat st;

        if (says == NULL)
            return false;
        at += strspn(at + 4, " ") + 4;
        says += strspn(says + 5, " ") + 5;
        if (zg_str_number(says, strcspn(says, " \n"), 16, &number) != 0 ||
            zg_str_number(at, strcspn(at, " \n"), 10, &fd) != 0)
            return false;
        if (number != data)
            continue;
        if (zg_sys_fstat((int)fd, &st) != 0 || tells((int)fd))
            return false;
        found = true;
    }
    return found;
}

void zg_outside_epolled(const char *how, int fd, const struct epoll_event *events, int count,
                        uintptr_t caller)
{
    struct zg_thread *t = thread_of(caller);
    uint64_t now = t != NULL ? this_tick() : 0;
    char info[4096]; /* of more descriptors than are described here something tells */
    ZG_BUF(path, 40);
    long len;

    if (is_settled(t, now) || (t->silent_fd == fd && t->silent_time == now))
        return;
    for (int i = 0; i < count; i++) {
        if (has_told(hash_of(t, fd, events[i].data.u64))) {
            note(t, how, now);
            return;
        }
    }
    zg_buf_format(&path, "/proc/self/fdinfo/%d", fd);
    len = zg_sys_read_file(path.text, info, sizeof(info));
    for (int i = 0; i < count; i++) {
        if (len <= 0 || (size_t)len >= sizeof(info) - 1 ||
            !is_of_silent(info, events[i].data.u64)) {
            remember(hash_of(t, fd, events[i].data.u64));
            note(t, how, now);
            return;
        }
    }
    t->silent_fd = fd;
    t->silent_time = now;
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
    return s->how == NULL;
}

const char *zg_outside_since(const struct zg_thread *t, uint64_t since)
{
    struct search s = {.actor = &t->actor, .since = since};

    zg_thread_each(look, &s);
    if (s.how != NULL) /* a suspicion */
        __atomic_fetch_add(&told_round, 1, __ATOMIC_RELAXED);
    return s.how;
}
