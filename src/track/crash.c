/* SPDX-License-Identifier: MPL-2.0 */
/* From the last words of libzmq to a finding. */
#include "track/crash.h"

#include <sys/resource.h>

#include "base/str.h"
#include "host/fork.h"
#include "host/handles.h"
#include "host/symbol.h"
#include "model/sync_text.h"
#include "model/users.h"
#include "report/finding.h"
#include "track/describe.h"

#define SHOWN   6 /* uses at most */
#define WAIT_NS ((uint64_t)10000000000)
#define END_NS  ((uint64_t)1000000000)

static struct {
    int tid; /* atomic: who spoke last */
    char text[200];
} words;

static const struct {
    const char *expression, *file, *meaning, *fix;
} known[] = {
#define ZG_ASSERT(expression, file, meaning, fix) {expression, file, meaning, fix},
#include "report/asserts.def"
#undef ZG_ASSERT
};

void zg_crash_note_words(const char *format, __builtin_va_list args)
{
    struct zg_buf b = zg_buf_on(words.text, sizeof(words.text));
    size_t n;

    zg_buf_vformat(&b, format, args);
    n = b.len;
    while (n > 0 && words.text[n - 1] == '\n')
        words.text[--n] = '\0';
    __atomic_store_n(&words.tid, zg_sys_gettid(), __ATOMIC_RELEASE);
}

/*
 * Which of the sockets it is about: the one that this thread is inside of, else the one that
 * threads came to last. But one that they came to without order goes first: what they broke is
 * found by whoever uses the other end of its pipes.
 */
struct search {
    uint32_t self; /* actor id */
    struct zg_socket *inside, *suspect;
    uint64_t newest;
    bool unordered;        /* suspect is one of those */
    bool inside_unordered; /* and inside */
};

static bool is_unordered(const struct zg_socket *s)
{
    struct zg_user user;

    for (uint32_t n = 0; zg_users_newest(s->users, s->number, n, &user); n++) {
        if (user.coming != ZG_CAME_ORDERED)
            return true;
    }
    return false;
}

static struct zg_socket *chosen(const struct search *search)
{
    bool other = search->unordered && !search->inside_unordered;

    return search->inside != NULL && !other ? search->inside : search->suspect;
}

static bool look(struct zg_socket *s, void *arg)
{
    struct search *search = arg;
    struct zg_user user;
    bool unordered;

    if (s->what != ZG_WHAT_SOCKET)
        return true;
    unordered = is_unordered(s);
    if (search->self != 0 && zg_owned_inside(&s->owned) == search->self) {
        search->inside = s;
        search->inside_unordered = unordered;
    }
    if (!zg_users_newest(s->users, s->number, 0, &user))
        return true;
    if (unordered < search->unordered ||
        (unordered == search->unordered && user.time <= search->newest))
        return true;
    search->suspect = s;
    search->newest = user.time;
    search->unordered = unordered;
    return true;
}

/* The function of libzmq's interface that this thread is inside of: the outermost of the innermost
 * row of libzmq's frames, or the guard's hook in front of it. */
static uint32_t op_of(zg_stack_id stack)
{
    uintptr_t pcs[ZG_STACK_FRAMES];
    size_t n = zg_stack_frames(stack, pcs, ZG_COUNT(pcs)), i = 0;
    struct zg_object object;
    char name[64];
    uint64_t offset;

    while (i < n && !zg_lib_is_internal(pcs[i] - 1)) /* free(), what malloc aborts by */
        i++;
    while (i < n && !zg_stack_is_script(pcs[i]) && zg_lib_is_internal(pcs[i] - 1))
        i++;
    if (i == 0 || i == n || !zg_object_at(pcs[i - 1] - 1, &object) ||
        !zg_symbol_at(&object, pcs[i - 1] - 1, name, sizeof(name), &offset))
        return ZG_OP_COUNT;
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        if (zg_str_equal(zg_op_name(op), name))
            return op;
    }
    return ZG_OP_COUNT;
}

static bool is_shown(const struct zg_finding *f, uint32_t actor, uint64_t use)
{
    for (uint32_t i = 1; i < f->event_count; i++) {
        const struct zg_finding_event *e = &f->events[i];

        if (e->role == ZG_ROLE_USER && e->thread == actor && e->stack == zg_use_stack(use) &&
            e->op == zg_use_op(use))
            return true;
    }
    return false;
}

static struct zg_finding_event *put_use(struct zg_finding *f, const struct zg_socket *s,
                                        uint32_t actor, uint32_t slot, uint64_t use)
{
    struct zg_finding_event *e;

    if (zg_use_op(use) == ZG_OP_COUNT || is_shown(f, actor, use))
        return NULL;
    e = zg_finding_event(f, ZG_ROLE_USER);
    e->op = zg_use_op(use);
    e->thread = actor;
    e->object = s->number;
    e->stack = zg_use_stack(use);
    zg_finding_thread(f, actor, slot);
    return e;
}

static void put_coming(struct zg_finding_event *e, const struct zg_user *u)
{
    struct zg_buf note = zg_buf_on(e->note, sizeof(e->note));
    struct zg_sync_note order = {.what = u->order};
    char before[32];

    (void)zg_describe_thread(before, sizeof(before), u->before_actor, u->before_slot);
    switch (u->coming) {
    case ZG_CAME_OVERLAP:
        if (zg_use_op(u->before) == ZG_OP_COUNT)
            zg_buf_format(&note, "while %s was inside of a call", before);
        else
            zg_buf_format(&note, "while %s was inside of %s()", before,
                          zg_op_name(zg_use_op(u->before)));
        break;
    case ZG_CAME_UNORDERED:
        zg_buf_format(&note, "after %s's %s(), and nothing orders the two", before,
                      zg_op_name(zg_use_op(u->before)));
        break;
    default:
        zg_buf_format(&note, "after %s's %s(), ordered by ", before,
                      zg_op_name(zg_use_op(u->before)));
        if (u->order != 0)
            zg_sync_describe(&note, &order, 0);
        else
            zg_buf_str(&note, "what is not remembered");
    }
}

/* The newest first, each place once. */
static void put_users(struct zg_finding *f, const struct zg_socket *s)
{
    struct zg_user u;
    uint64_t now = zg_sys_now();

    for (uint32_t n = 0; zg_users_newest(s->users, s->number, n, &u); n++) {
        struct zg_finding_event *e;

        if (f->event_count > SHOWN)
            break;
        e = put_use(f, s, u.actor, u.slot, u.use);
        if (e != NULL) {
            e->age_ns = now - u.time;
            e->age_at_least = true;
            put_coming(e, &u);
        }
        (void)put_use(f, s, u.before_actor, u.before_slot, u.before);
    }
}

static void put_meaning(struct zg_finding *f, const char *said)
{
    for (size_t i = 0; i < ZG_COUNT(known); i++) {
        if (strstr(said, known[i].expression) == NULL || strstr(said, known[i].file) == NULL)
            continue;
        zg_finding_line(f, "what this usually means: %s", known[i].meaning);
        zg_finding_fix(f, "%s", known[i].fix);
        return;
    }
}

static void put_process(struct zg_finding *f)
{
    struct rlimit limit = {0, 0};
    uint32_t made, open, fds = 0;

    zg_handles_counts(&made, &open);
    (void)zg_sys2(SYS_getrlimit, RLIMIT_NOFILE, &limit);
    for (rlim_t fd = 0; fd < limit.rlim_cur && fd < 65536; fd++)
        fds += zg_sys2(SYS_fcntl, fd, 1 /* F_GETFD */) >= 0;
    zg_finding_line(f, "%u of %lu descriptors are in use; %u sockets open, %u made", fds,
                    (unsigned long)limit.rlim_cur, open, made);
}

/* By libzmq's last words this thread came to the socket, and has not left it since. */
static bool came_last(const struct zg_socket *s, const struct zg_thread *t, uint32_t *op)
{
    struct zg_user user;

    for (uint32_t n = 0; t != NULL && s != NULL; n++) {
        if (!zg_users_newest(s->users, s->number, n, &user))
            return false;
        if (user.actor != t->actor.id)
            continue;
        *op = zg_use_op(user.use);
        return true;
    }
    return false;
}

/* With no descriptor left no file can be read for names. The process ends anyway. */
static void make_room(const char *said)
{
    struct rlimit limit;

    if (strstr(said, "Too many open files") == NULL ||
        zg_sys2(SYS_getrlimit, RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur >= limit.rlim_max)
        return;
    limit.rlim_cur += limit.rlim_max - limit.rlim_cur < 64 ? limit.rlim_max - limit.rlim_cur : 64;
    (void)zg_sys2(SYS_setrlimit, RLIMIT_NOFILE, &limit);
}

/* What happens, and what the reader is told of it. */
struct crash {
    struct zg_thread *thread; /* NULL unknown */
    zg_stack_id stack;
    const char *said;
    bool by_signal; /* else libzmq calls abort() */
};

/* "libzmq crashes in zmq_send() by thread T2" */
static void put_sentence(struct zg_finding *f, const struct crash *c, bool is_internal)
{
    const char *does = c->by_signal ? "crashes" : "ends the process";
    char self[32] = "an unknown thread";

    if (c->thread != NULL)
        (void)zg_describe_thread(self, sizeof(self), c->thread->actor.id,
                                 zg_epoch_slot(c->thread->actor.epoch));
    if (f->call_op < ZG_OP_COUNT)
        zg_finding_sentence(f, "%S: libzmq %s in %s() by %s", c->said, does, zg_op_name(f->call_op),
                            self);
    else if (is_internal)
        zg_finding_sentence(f, "%S: libzmq %s in its own %s", c->said, does,
                            zg_str_starts(self, "thread") ? self : "thread");
    else
        zg_finding_sentence(f, "%S: libzmq %s in a call by %s", c->said, does, self);
}

static void put_sockets(struct zg_finding *f, const struct zg_socket *s,
                        const struct zg_socket *inside)
{
    char what[48];

    if (inside != NULL && inside != s)
        zg_finding_line(f, "the call is on S%u, %s", inside->number,
                        zg_describe_object(what, sizeof(what), inside));
    if (s != NULL)
        zg_finding_line(f, "%s is S%u, %s", inside == s ? "the socket" : "the likely socket",
                        s->number, zg_describe_object(what, sizeof(what), s));
}

/* s: which socket it is about; inside: which the thread is inside of. Either may be NULL. */
static void describe(struct zg_finding *f, const struct crash *c, const struct zg_socket *s,
                     const struct zg_socket *inside)
{
    struct zg_finding_event *e = zg_finding_event(f, ZG_ROLE_ACCESS);
    struct zg_thread *t = c->thread;
    bool is_internal = t == NULL || t->internal;
    uint32_t last = ZG_OP_COUNT;

    f->ends = true;
    e->stack = c->stack;
    e->op = is_internal ? ZG_OP_COUNT : op_of(c->stack);
    if (!is_internal && inside == NULL && came_last(s, t, &last))
        inside = s;
    if (!is_internal && e->op == ZG_OP_COUNT && inside != NULL)
        e->op = last != ZG_OP_COUNT ? last : zg_use_op(inside->owned.use);
    f->call_op = e->op;
    if (t != NULL) {
        e->thread = t->actor.id;
        zg_thread_refresh_name(t);
        zg_finding_thread(f, e->thread, zg_epoch_slot(t->actor.epoch));
    }
    put_sentence(f, c, is_internal);
    put_sockets(f, s, inside);
}

static void put_why(struct zg_finding *f, const struct crash *c)
{
    if (!c->by_signal) {
        put_meaning(f, c->said);
        return;
    }
    zg_finding_line(f,
                    "what this usually means: memory of libzmq's was overwritten or freed, nearly "
                    "always by two threads that were using one socket at once, or by a use of "
                    "one that was closed");
    f->rule = "libzmq locks no socket: what two threads do to one at once corrupts memory (zmq(7))";
}

static void report(const struct crash *c)
{
    struct search search = {.self = c->thread != NULL ? c->thread->actor.id : 0};
    struct zg_finding *f = zg_finding_begin(ZG_KIND_LIBZMQ_ASSERT, c->stack, 0);
    const struct zg_socket *s;

    if (f == NULL)
        return;
    zg_handles_each(look, &search);
    s = chosen(&search);
    describe(f, c, s, search.inside);
    put_why(f, c);
    put_process(f);
    make_room(c->said);
    if (s != NULL) {
        put_users(f, s);
        zg_describe_socket(f, s);
    }
    zg_describe_end(f);
}

/* One thread reports. Others that crash meanwhile, most often of the same damage, wait for it: they
 * would end the process in the middle of it. */
static struct {
    uint32_t lookers; /* atomic, a futex: threads that ask whether a signal is libzmq's crash */
    uint32_t teller;  /* atomic: its tid, 0 nobody so far */
    uint32_t told;    /* atomic, a futex: it has */
} moment;

static bool claim(void)
{
    uint32_t nobody = 0;

    return __atomic_compare_exchange_n(&moment.teller, &nobody, (uint32_t)zg_sys_gettid(), false,
                                       __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
}

void zg_crash_look_begins(void)
{
    (void)__atomic_fetch_add(&moment.lookers, 1, __ATOMIC_ACQ_REL);
}

bool zg_crash_look_ends(bool is_crash)
{
    bool mine = is_crash && claim();

    (void)__atomic_fetch_sub(&moment.lookers, 1, __ATOMIC_ACQ_REL);
    (void)zg_sys_futex_wake(&moment.lookers, INT32_MAX);
    return mine;
}

/* Whether there is anything to wait for: taking a stack needs its time. */
static void wait_for_lookers(uint64_t until)
{
    uint32_t lookers;

    while ((lookers = __atomic_load_n(&moment.lookers, __ATOMIC_ACQUIRE)) != 0 &&
           zg_sys_now() < until)
        (void)zg_sys_futex_wait(&moment.lookers, lookers, WAIT_NS / 20);
}

void zg_crash_wait(void)
{
    uint64_t until = zg_sys_now() + WAIT_NS;
    uint32_t teller;

    if (zg_fork_page.live == 1)
        wait_for_lookers(until);
    teller = __atomic_load_n(&moment.teller, __ATOMIC_ACQUIRE);
    if (teller == 0 || teller == (uint32_t)zg_sys_gettid() || zg_fork_page.live != 1)
        return; /* the last: a child, and nobody is left here who could end it */
    while (__atomic_load_n(&moment.told, __ATOMIC_ACQUIRE) == 0 && zg_sys_now() < until)
        (void)zg_sys_futex_wait(&moment.told, 0, WAIT_NS / 20);
    /* It ends the process now, by its own signal. Should it not: nothing will change the word. */
    (void)zg_sys_futex_wait(&moment.told, 1, END_NS);
}

bool zg_crash_is_mine(void)
{
    return __atomic_load_n(&moment.teller, __ATOMIC_ACQUIRE) == (uint32_t)zg_sys_gettid();
}

void zg_crash_after_fork(void)
{
    __atomic_store_n(&moment.lookers, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&moment.teller, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&moment.told, 0, __ATOMIC_RELAXED);
}

static void tell(const struct crash *c)
{
    report(c);
    __atomic_store_n(&moment.told, 1, __ATOMIC_RELEASE);
    (void)zg_sys_futex_wake(&moment.told, INT32_MAX);
}

void zg_crash_report(uintptr_t caller, uintptr_t frame)
{
    struct zg_thread *t = zg_thread_self_or_null;
    struct crash c = {.thread = t, .said = "no word why"};

    if (!claim()) {
        zg_crash_wait();
        return;
    }
    if (__atomic_load_n(&words.tid, __ATOMIC_ACQUIRE) == zg_sys_gettid())
        c.said = words.text;
    c.stack = t != NULL ? zg_stack_take(&t->stacks, caller, frame) : 0;
    tell(&c);
}

void zg_crash_report_signal(struct zg_thread *t, zg_stack_id stack, const char *said)
{
    struct crash c = {.thread = t, .stack = stack, .said = said, .by_signal = true};

    tell(&c);
}
