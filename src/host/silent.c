/* SPDX-License-Identifier: MPL-2.0 */
/* What is known of descriptors that tell nothing, and for how long. */
#include "host/silent.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/vfs.h>

#include "base/str.h"
#include "base/sys.h"

#define MEM_MAJOR    1 /* /dev/null, zero, random, … */
#define MQUEUE_MAGIC 0x19800202
#define PIDFS_MAGIC  0x50494446

/* Of a place's `changes`: how often it changed, above how many calls are changing it now. */
#define ONE_CHANGE (1UL << 16)
#define CHANGING   (ONE_CHANGE - 1)

#define DESCRIPTORS 1024U /* by number; those beyond share places */
#define EVENTS      1024U /* by hash */

/* Descriptors, or events, that share a place forget one another. */
struct place {
    uint64_t changes;  /* atomic: as above */
    uint64_t belief;   /* atomic: hash of what is silent and of the changes until then; 0 nothing */
    uint64_t believed; /* atomic: tick in which that was last used and not looked at since; or 0 */
    const char *how;   /* atomic: by which function */
    /* Of the belief: by whoever has taken `busy`. */
    uint64_t identity;
    uint64_t data; /* of an event */
    int fd;
    uint8_t busy;   /* atomic, a lock that nobody waits for: a handler may have interrupted it */
    uint8_t events; /* atomic: this descriptor is an epoll instance, of which events are known */
};

static struct place descriptors[DESCRIPTORS], events[EVENTS];

static uint64_t last_believed; /* atomic: the latest `believed` of all places */

/* The latest tick in which something was believed that was another thing by the time it was looked
 * at; 0 none. And the function. */
static uint64_t doubted;        /* atomic */
static const char *doubted_how; /* atomic */

static uint64_t mix(uint64_t a, uint64_t b)
{
    uint64_t x = (a ^ a >> 32) * 0x9e3779b97f4a7c15U ^ b;

    x = (x ^ x >> 29) * 0xbf58476d1ce4e5b9U;
    return x ^ x >> 32;
}

static struct place *place_of(int fd)
{
    return &descriptors[(unsigned)fd % DESCRIPTORS];
}

static struct place *event_place(int loop, uint64_t data)
{
    return &events[mix((unsigned)loop, data) % EVENTS];
}

static bool is_timer(int fd)
{
    ZG_BUF(path, 40);
    char target[24] = "";

    zg_buf_format(&path, "/proc/self/fd/%d", fd);
    (void)zg_sys4(SYS_readlinkat, AT_FDCWD, path.text, target, sizeof(target) - 1);
    return zg_str_equal(target, "anon_inode:[timerfd]");
}

/* A message queue, or a process (Linux 6.9), to which fstat(2) gives the type of a regular file.
 * The file systems of neither have a device. */
static bool is_queue_or_process(int fd, const struct stat *st)
{
    struct statfs fs;

    return major(st->st_dev) == 0 && zg_sys2(SYS_fstatfs, fd, &fs) == 0 &&
           (fs.f_type == MQUEUE_MAGIC || fs.f_type == PIDFS_MAGIC);
}

/* Which file this is; 0 when what is read there can come from another thread or process, or when
 * that is not known. before: which one it was, or 0. */
static uint64_t look(int fd, uint64_t before)
{
    struct stat st;
    uint64_t identity;

    if (zg_sys_fstat(fd, &st) != 0)
        return 0;
    identity = mix(mix(st.st_dev, st.st_ino), (unsigned)fd) | 1;
    switch (st.st_mode & S_IFMT) {
    case S_IFREG:
        if (identity != before && is_queue_or_process(fd, &st))
            return 0;
        break;
    case S_IFDIR:
    case S_IFBLK:
        break;
    case S_IFCHR:
        if (major(st.st_rdev) != MEM_MAJOR)
            return 0;
        break;
    case 0: /* the kernel's own: eventfd, signalfd, … */
        if (!is_timer(fd))
            return 0;
        break;
    default:
        return 0;
    }
    return identity;
}

/* /proc/self/fdinfo of an epoll instance: "tfd: 5 events: 19 data: 7f00 pos: …", a line for each
 * descriptor (fs/eventpoll.c, ep_show_fdinfo). Is one among them that bears this event's data, and
 * is each that does silent? False when that cannot be said. */
static bool is_of_silent(const char *info, uint64_t data)
{
    bool found = false;

    for (const char *at = strstr(info, "tfd:"); at != NULL; at = strstr(at + 1, "tfd:")) {
        const char *says = strstr(at, "data:");
        uint64_t number = 0, fd = 0;

        if (says == NULL)
            return false;
        at += strspn(at + 4, " ") + 4;
        says += strspn(says + 5, " ") + 5;
        if (zg_str_number(says, strcspn(says, " \n"), 16, &number) != 0 ||
            zg_str_number(at, strcspn(at, " \n"), 10, &fd) != 0)
            return false;
        if (number != data)
            continue;
        if (look((int)fd, 0) == 0)
            return false;
        found = true;
    }
    return found;
}

/* As look(), of an event. Not inline: a call with a descriptor needs no stack for the text. */
ZG_NOINLINE static uint64_t look_at_event(int loop, uint64_t data)
{
    char info[4096]; /* of more descriptors than are described here something tells */
    ZG_BUF(path, 40);
    long len;

    zg_buf_format(&path, "/proc/self/fdinfo/%d", loop);
    len = zg_sys_read_file(path.text, info, sizeof(info));
    if (len <= 0 || (size_t)len >= sizeof(info) - 1 || !is_of_silent(info, data))
        return 0;
    return mix(data, (unsigned)loop) | 1;
}

static uint64_t look_of(const struct place *p, int fd, uint64_t data, uint64_t before)
{
    return p >= events && p < events + EVENTS ? look_at_event(fd, data) : look(fd, before);
}

static void raise_to(uint64_t *latest, uint64_t tick)
{
    uint64_t last = __atomic_load_n(latest, __ATOMIC_RELAXED);

    while (last < tick && !__atomic_compare_exchange_n(latest, &last, tick, false, __ATOMIC_RELEASE,
                                                       __ATOMIC_RELAXED))
        ;
}

static void doubt(uint64_t tick, const char *how)
{
    __atomic_store_n(&doubted_how, how, __ATOMIC_RELAXED);
    raise_to(&doubted, tick);
}

static bool take(struct place *p)
{
    return __atomic_exchange_n(&p->busy, 1, __ATOMIC_ACQUIRE) == 0;
}

static void give_back(struct place *p)
{
    __atomic_store_n(&p->busy, 0, __ATOMIC_RELEASE);
}

/* What was believed since it was last looked at is looked at again. */
static void settle_taken(struct place *p)
{
    uint64_t tick = __atomic_exchange_n(&p->believed, 0, __ATOMIC_SEQ_CST);

    if (tick == 0 || look_of(p, p->fd, p->data, p->identity) == p->identity)
        return;
    __atomic_store_n(&p->belief, 0, __ATOMIC_RELAXED);
    doubt(tick, __atomic_load_n(&p->how, __ATOMIC_RELAXED));
}

static void settle(struct place *p)
{
    uint64_t tick;

    if (zg_likely(__atomic_load_n(&p->believed, __ATOMIC_SEQ_CST) == 0))
        return;
    if (take(p)) {
        settle_taken(p);
        give_back(p);
    } else if ((tick = __atomic_exchange_n(&p->believed, 0, __ATOMIC_SEQ_CST)) != 0) {
        doubt(tick, __atomic_load_n(&p->how, __ATOMIC_RELAXED));
    }
}

/* Of a descriptor and a place: how both are by now. False when somebody is changing them. */
static bool changes_of(const struct place *d, const struct place *p, uint64_t *changes)
{
    uint64_t of_fd = __atomic_load_n(&d->changes, __ATOMIC_SEQ_CST);

    *changes = p == d ? of_fd : mix(of_fd, __atomic_load_n(&p->changes, __ATOMIC_SEQ_CST));
    return (of_fd & CHANGING) == 0;
}

static uint64_t belief_of(int fd, uint64_t data, uint64_t changes)
{
    return mix(mix(changes, (unsigned)fd), data) | 1;
}

static void learn(struct place *p, int fd, uint64_t data, uint64_t identity, uint64_t belief)
{
    if (!take(p))
        return;
    __atomic_store_n(&p->belief, 0, __ATOMIC_SEQ_CST); /* pairs with believe() */
    settle_taken(p);
    p->fd = fd;
    p->data = data;
    p->identity = identity;
    __atomic_store_n(&p->belief, belief, __ATOMIC_RELEASE);
    give_back(p);
}

/*
 * Uses a belief, of which these were the changes. Who changes the descriptor or takes the place
 * meanwhile says so first and looks at `believed` then; here it is the other way round. So either
 * that one sees that there is something to settle, or it is seen here that the belief has ended.
 */
static bool believe(struct place *p, const struct place *d, uint64_t belief, uint64_t changes,
                    const char *how, uint64_t tick)
{
    uint64_t now;

    if (__atomic_load_n(&p->believed, __ATOMIC_SEQ_CST) != tick) {
        raise_to(&last_believed, tick);
        __atomic_store_n(&p->how, how, __ATOMIC_RELAXED);
        __atomic_store_n(&p->believed, tick, __ATOMIC_SEQ_CST);
    }
    return changes_of(d, p, &now) && now == changes &&
           __atomic_load_n(&p->belief, __ATOMIC_SEQ_CST) == belief;
}

static bool is_silent(struct place *p, int fd, uint64_t data, const char *how, uint64_t tick)
{
    const struct place *d = place_of(fd);
    uint64_t changes, identity, belief;
    bool stands = changes_of(d, p, &changes);

    belief = belief_of(fd, data, changes);
    if (stands && __atomic_load_n(&p->belief, __ATOMIC_ACQUIRE) == belief)
        return believe(p, d, belief, changes, how, tick);
    identity = look_of(p, fd, data, 0);
    if (identity != 0 && stands)
        learn(p, fd, data, identity, belief);
    return identity != 0;
}

bool zg_silent_read(int fd, const char *how, uint64_t tick)
{
    return fd >= 0 && is_silent(place_of(fd), fd, 0, how, tick);
}

bool zg_silent_event(int loop, uint64_t data, const char *how, uint64_t tick)
{
    if (loop < 0 || !is_silent(event_place(loop, data), loop, data, how, tick))
        return false;
    __atomic_store_n(&place_of(loop)->events, 1, __ATOMIC_RELAXED);
    return true;
}

/* From now on nothing of it is believed, and what was is looked at. */
void zg_silent_close(int fd)
{
    struct place *d = place_of(fd);

    if (fd < 0)
        return;
    __atomic_fetch_add(&d->changes, ONE_CHANGE + 1, __ATOMIC_SEQ_CST);
    settle(d);
    if (zg_likely(__atomic_load_n(&d->events, __ATOMIC_RELAXED) == 0))
        return;
    __atomic_store_n(&d->events, 0, __ATOMIC_RELAXED);
    for (size_t i = 0; i < EVENTS; i++)
        settle(&events[i]);
}

void zg_silent_closed(int fd)
{
    zg_silent_changed(fd);
}

void zg_silent_change(int loop)
{
    if (loop >= 0)
        __atomic_fetch_add(&place_of(loop)->changes, 1, __ATOMIC_SEQ_CST);
}

void zg_silent_event_changed(int loop, uint64_t data)
{
    struct place *p = event_place(loop, data);

    __atomic_fetch_add(&p->changes, ONE_CHANGE, __ATOMIC_SEQ_CST);
    settle(p);
}

void zg_silent_changed(int fd)
{
    if (fd >= 0)
        __atomic_fetch_sub(&place_of(fd)->changes, 1, __ATOMIC_SEQ_CST);
}

const char *zg_silent_doubt(uint64_t since)
{
    bool any = __atomic_load_n(&last_believed, __ATOMIC_ACQUIRE) >= since;

    for (size_t i = 0; any && i < DESCRIPTORS + EVENTS; i++) {
        struct place *p = i < DESCRIPTORS ? &descriptors[i] : &events[i - DESCRIPTORS];

        if (__atomic_load_n(&p->believed, __ATOMIC_RELAXED) >= since)
            settle(p);
    }
    if (__atomic_load_n(&doubted, __ATOMIC_ACQUIRE) < since)
        return NULL;
    return __atomic_load_n(&doubted_how, __ATOMIC_RELAXED);
}
