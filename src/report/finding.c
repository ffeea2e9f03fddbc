/* SPDX-License-Identifier: MPL-2.0 */
/* What becomes of a finding: severities, repetition, limits, and the end of the program. */
#include "report/finding.h"

#include <stddef.h>

#include "base/lock.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/lib.h"
#include "host/options.h"
#include "host/thread.h"
#include "report/chain.h"
#include "report/counters.h"
#include "report/dedup.h"
#include "report/json.h"
#include "report/sink.h"
#include "report/stop.h"
#include "report/suppress.h"
#include "report/symbolize.h"

#define STOP_WAIT_NS ((uint64_t)2000000000)

/* From its beginning until it is written. */
struct zg_pending {
    struct zg_pending *next; /* in the list of those that are free, or kept */
    struct zg_dedup *entry;  /* NULL when the table is full */
    uint64_t mask;           /* of the thread, to give back */
    uint32_t keeper;         /* actor id of the thread whose call is open still */
    struct zg_finding finding;
};

static struct {
    struct zg_lock lock;     /* rank FINDING */
    struct zg_lock writing;  /* rank REPORT */
    struct zg_lock keeping;  /* rank KEPT */
    uint32_t holder;         /* atomic: tid of the thread that has `lock`, 0 none */
    uint32_t writer;         /* atomic: the same of `writing` */
    uint32_t inside;         /* atomic: threads that have one of the two, or want to; a futex */
    uint32_t stopping;       /* atomic: tid of the thread that ends the process, 0 none; a futex */
    uint64_t unwritten;      /* atomic */
    uint32_t written;        /* atomic; written under `writing` */
    bool limit_told;         /* atomic */
    struct zg_pending *free; /* guarded by `lock`: as many as there were findings at once */
    struct zg_pending *kept; /* guarded by `keeping` */
    uint32_t kept_count;     /* atomic; written under `keeping`. They count in `inside` too */
    struct zg_pending last;  /* for want of memory: `lock` is held until it is written */
    void (*at_exit)(void);
} emit;

__attribute__((noinline)) void zmqguard_on_report(void)
{
    __asm__ volatile("" ::: "memory"); /* a call of an empty function would be left out */
}

void zg_findings_at_exit(void (*function)(void))
{
    emit.at_exit = function;
}

uint64_t zg_findings_unwritten(void)
{
    return __atomic_load_n(&emit.unwritten, __ATOMIC_RELAXED);
}

static bool stops(enum zg_severity severity)
{
    return severity == ZG_SEVERITY_ERROR && zg_options.on_error != ZG_ON_ERROR_LOG;
}

/* A thread ends the process: if it is another, it has some time to do so. */
static void wait_for_end(void)
{
    uint32_t tid = __atomic_load_n(&emit.stopping, __ATOMIC_ACQUIRE);
    uint64_t until = zg_sys_now() + STOP_WAIT_NS;

    while (tid != (uint32_t)zg_sys_gettid() && zg_sys_now() < until)
        (void)zg_sys_futex_wait(&emit.stopping, tid, STOP_WAIT_NS / 20);
}

/* Hooks pass through what the thread does meanwhile: what a handler for SIGABRT tidies up, and what
 * is called from a debugger that stopped at zmqguard_on_report(). */
static void set_busy(bool on)
{
    struct zg_thread *self = zg_thread_self_or_null;

    if (self == NULL)
        return;
    self->busy += on ? 1U : ~0U;
    zg_thread_set_ignored(self);
}

/* Is this thread inside of a report? */
static bool is_reporting(void)
{
    uint32_t self = (uint32_t)zg_sys_gettid();

    return __atomic_load_n(&emit.holder, __ATOMIC_RELAXED) == self ||
           __atomic_load_n(&emit.writer, __ATOMIC_RELAXED) == self;
}

/* Signals are blocked from the beginning of a report to its end. The mask to give back. */
static uint64_t enter(void)
{
    uint64_t mask = zg_sys_block_signals();

    __atomic_add_fetch(&emit.inside, 1, __ATOMIC_RELAXED);
    return mask;
}

static void leave(uint64_t mask)
{
    __atomic_sub_fetch(&emit.inside, 1, __ATOMIC_RELEASE);
    zg_sys_restore_signals(mask);
}

static void acquire(struct zg_lock *lock, uint32_t *by)
{
    (void)zg_lock_acquire_nested(lock);
    __atomic_store_n(by, (uint32_t)zg_sys_gettid(), __ATOMIC_RELAXED);
}

static void release(struct zg_lock *lock, uint32_t *by)
{
    __atomic_store_n(by, 0, __ATOMIC_RELAXED);
    zg_lock_release_nested(lock);
}

/* Is the finding one of those that are only counted? */
static bool is_repeated(const struct zg_dedup *e, enum zg_severity severity)
{
    uint16_t suppression; /* written by who wrote the first report */

    if (e == NULL || e->count == 1)
        return false;
    suppression = __atomic_load_n(&e->suppression, __ATOMIC_RELAXED);
    if (suppression != 0) {
        zg_suppress_hit(suppression - 1U);
        zg_count(ZG_COUNT_SUPPRESSED);
        return true;
    }
    if (severity == ZG_SEVERITY_ERROR && !zg_options.dedup)
        return false;
    zg_count(ZG_COUNT_REPEATED);
    return true;
}

static void notice(const struct zg_buf *line)
{
    static char text[1024]; /* guarded by the report lock; the host's stack may be small */
    struct zg_buf record = zg_buf_on(text, sizeof(text));

    if (zg_options.format == 1)
        zg_json_notice(line->text, &record);
    else
        zg_buf_format(&record, "%s\n", line->text);
    zg_sink_write(record.text, record.len, NULL);
}

static bool is_over_limit(enum zg_kind kind, const struct zg_dedup *e, enum zg_severity severity)
{
    return !stops(severity) && kind != ZG_KIND_LIBZMQ_ASSERT &&
           (e == NULL ||
            __atomic_load_n(&emit.written, __ATOMIC_RELAXED) >= zg_options.max_reports);
}

/* Counts what is over the limit; true: that is to be told, for the first time. */
static bool leave_unwritten(enum zg_severity severity, struct zg_buf *line)
{
    __atomic_add_fetch(&emit.unwritten, 1, __ATOMIC_RELAXED);
    zg_count(severity == ZG_SEVERITY_ERROR ? ZG_COUNT_ERRORS : ZG_COUNT_WARNINGS);
    if (__atomic_exchange_n(&emit.limit_told, true, __ATOMIC_RELAXED))
        return false;
    zg_buf_format(line,
                  "libzmqguard: %u reports were written (max_reports=); what follows is only "
                  "counted (pid=%d)",
                  __atomic_load_n(&emit.written, __ATOMIC_RELAXED), zg_sys_getpid());
    return true;
}

/* Under the lock FINDING. */
static struct zg_pending *take(void)
{
    struct zg_pending *p = emit.free;

    if (p != NULL)
        emit.free = p->next;
    else
        p = zg_sys_map((sizeof(*p) + 4095) & ~(size_t)4095);
    return p != NULL ? p : &emit.last;
}

/* Ends what enter() began, with the lock FINDING. */
static void end(uint64_t mask)
{
    release(&emit.lock, &emit.holder);
    leave(mask);
}

struct zg_finding *zg_finding_begin(enum zg_kind kind, zg_stack_id at, zg_stack_id other)
{
    enum zg_severity severity = (enum zg_severity)zg_options.severity[kind];
    struct zg_dedup *entry;
    struct zg_pending *p;
    uint64_t mask;
    ZG_BUF(line, 160);

    if (severity == ZG_SEVERITY_OFF || is_reporting())
        return NULL;
    if (kind == ZG_KIND_LIBZMQ_ASSERT)
        zg_findings_write_kept(); /* the last that is heard of this process */
    (void)zg_objects_refresh();   /* takes the loader's lock: before ours */
    mask = enter();
    acquire(&emit.lock, &emit.holder);
    if (__atomic_load_n(&emit.stopping, __ATOMIC_RELAXED) != 0) {
        end(mask);
        wait_for_end();
        return NULL;
    }
    entry = zg_dedup_note(kind, at, other);
    if (is_repeated(entry, severity)) {
        end(mask);
        return NULL;
    }
    if (is_over_limit(kind, entry, severity)) {
        end(mask);
        if (leave_unwritten(severity, &line))
            zg_findings_notice(&line);
        return NULL;
    }
    set_busy(true);
    p = take();
    memset(p, 0, sizeof(*p)); /* not by way of the stack, which may be small */
    p->entry = entry;
    p->mask = mask;
    p->finding.kind = kind;
    return &p->finding;
}

static bool is_suppressed(struct zg_report *r, struct zg_dedup *e)
{
    int entry = zg_suppress_match(r);

    if (entry < 0)
        return false;
    zg_suppress_hit((uint32_t)entry);
    zg_count(ZG_COUNT_SUPPRESSED);
    if (e != NULL)
        __atomic_store_n(&e->suppression, (uint16_t)(entry + 1), __ATOMIC_RELAXED);
    return true;
}

static enum zg_severity severity_of(const struct zg_finding *f)
{
    return f->repaired || f->doubtful ? ZG_SEVERITY_WARNING
                                      : (enum zg_severity)zg_options.severity[f->kind];
}

/* True: the report was written, so the program may have to be stopped. */
static bool report(const struct zg_pending *p)
{
    static struct zg_report r; /* guarded by the report lock */
    ZG_BUF(line, 160);

    memset(&r, 0, sizeof(r));
    r.finding = &p->finding;
    r.severity = severity_of(&p->finding);
    r.pid = zg_sys_getpid();
    r.wall_ns = zg_sys_wall();
    r.traces = zg_frames_resolve(&p->finding);
    zg_chain_place(&r);
    if (p->entry != NULL)
        (void)zg_str_copy(p->entry->where, sizeof(p->entry->where), r.where);
    if (is_suppressed(&r, p->entry))
        return false;
    if (is_over_limit(p->finding.kind, p->entry, r.severity)) { /* by those before it */
        if (leave_unwritten(r.severity, &line))
            notice(&line);
        return false;
    }
    __atomic_add_fetch(&emit.written, 1, __ATOMIC_RELAXED);
    zg_count(r.severity == ZG_SEVERITY_ERROR ? ZG_COUNT_ERRORS : ZG_COUNT_WARNINGS);
    zg_sink_report(&r);
    return true;
}

/* The thread stays busy. */
static void stop(void)
{
    if (zg_options.on_error == ZG_ON_ERROR_ABORT)
        zg_stop_abort();
    if (emit.at_exit != NULL)
        emit.at_exit();
    zg_stop_exit((int)zg_options.exitcode);
}

/* Under the report lock: does another thread end the process? What it said is the last word. */
static bool is_too_late(void)
{
    uint32_t tid = __atomic_load_n(&emit.stopping, __ATOMIC_ACQUIRE);

    return tid != 0 && tid != (uint32_t)zg_sys_gettid();
}

static struct zg_pending *pending_of(struct zg_finding *f)
{
    return (struct zg_pending *)((char *)f - offsetof(struct zg_pending, finding));
}

/* Is the lock FINDING held until it is written? */
static bool is_alone(const struct zg_pending *p)
{
    return stops(severity_of(&p->finding)) || p->finding.ends || p == &emit.last;
}

/* Under the lock FINDING if it is alone. Ends what enter() and zg_finding_begin() began. */
static void write_out(struct zg_pending *p)
{
    const struct zg_finding *f = &p->finding;
    bool alone = is_alone(p);
    bool is_written, is_last, is_late;
    uint64_t mask = p->mask;

    acquire(&emit.writing, &emit.writer);
    is_late = is_too_late();
    is_written = !is_late && report(p);
    is_last = is_written && stops(severity_of(f)) && !f->ends;
    if (is_last)
        __atomic_store_n(&emit.stopping, (uint32_t)zg_sys_gettid(), __ATOMIC_RELEASE);
    release(&emit.writing, &emit.writer);
    if (!alone)
        acquire(&emit.lock, &emit.holder);
    if (p != &emit.last) {
        p->next = emit.free;
        emit.free = p;
    }
    end(mask);
    if (is_late)
        wait_for_end();
    if (is_written)
        zmqguard_on_report();
    if (is_last)
        stop();
    set_busy(false);
}

/* Where the program goes on, the lock FINDING is let go of first: whoever finds something meanwhile
 * waits with no call of its own open. */
void zg_finding_end_outside(struct zg_finding *f, void (*complete)(void *arg), void *arg)
{
    struct zg_pending *p = pending_of(f);

    if (!is_alone(p)) {
        release(&emit.lock, &emit.holder);
        if (complete != NULL)
            complete(arg);
    }
    write_out(p);
}

void zg_finding_end(struct zg_finding *f)
{
    zg_finding_end_outside(f, NULL, NULL);
}

static void keep(struct zg_pending *p)
{
    struct zg_pending **link = &emit.kept;

    zg_lock_acquire(&emit.keeping);
    while (*link != NULL)
        link = &(*link)->next;
    p->next = NULL;
    *link = p;
    __atomic_add_fetch(&emit.kept_count, 1, __ATOMIC_RELAXED);
    zg_lock_release(&emit.keeping);
}

/* The oldest of the keeper's; of anybody's for 0. NULL: there is none. */
static struct zg_pending *take_kept(uint32_t keeper)
{
    struct zg_pending **link = &emit.kept;
    struct zg_pending *p;

    zg_lock_acquire(&emit.keeping);
    while (*link != NULL && keeper != 0 && (*link)->keeper != keeper)
        link = &(*link)->next;
    p = *link;
    if (p != NULL) {
        *link = p->next;
        __atomic_sub_fetch(&emit.kept_count, 1, __ATOMIC_RELAXED);
    }
    zg_lock_release(&emit.keeping);
    return p;
}

/* It counts as being written until it is: zg_findings_wait(). */
void zg_finding_keep(struct zg_finding *f)
{
    const struct zg_thread *self = zg_thread_self_or_null;
    struct zg_pending *p = pending_of(f);
    uint64_t mask = p->mask;

    if (self == NULL || zg_options.on_error != ZG_ON_ERROR_LOG || is_alone(p)) {
        zg_finding_end(f);
        return;
    }
    p->keeper = self->actor.id;
    keep(p);
    release(&emit.lock, &emit.holder);
    zg_sys_restore_signals(mask);
    set_busy(false);
}

static void write_kept(uint32_t keeper)
{
    while (__atomic_load_n(&emit.kept_count, __ATOMIC_RELAXED) != 0 && !is_reporting()) {
        uint64_t mask = zg_sys_block_signals();
        struct zg_pending *p = take_kept(keeper);

        if (p == NULL) {
            zg_sys_restore_signals(mask);
            return;
        }
        p->mask = mask;
        set_busy(true);
        write_out(p);
    }
}

void zg_findings_write_kept(void)
{
    const struct zg_thread *self = zg_thread_self_or_null;

    if (self != NULL)
        write_kept(self->actor.id);
}

/* For what is written beside reports. False: this thread is inside of one. */
static bool begin_writing(uint64_t *mask)
{
    if (is_reporting())
        return false;
    *mask = enter();
    acquire(&emit.writing, &emit.writer);
    return true;
}

static void end_writing(uint64_t mask)
{
    release(&emit.writing, &emit.writer);
    leave(mask);
}

void zg_findings_notice(const struct zg_buf *line)
{
    uint64_t mask;

    if (!begin_writing(&mask))
        return;
    notice(line);
    end_writing(mask);
}

void zg_findings_record(const struct zg_buf *record)
{
    uint64_t mask;

    if (!begin_writing(&mask))
        return;
    zg_sink_write(record->text, record->len, NULL);
    end_writing(mask);
}

void zg_findings_finish(void)
{
    uint64_t mask;

    if (zg_sink_refused() == 0 || !begin_writing(&mask))
        return;
    zg_sink_tell_refused();
    end_writing(mask);
}

bool zg_findings_wait(uint64_t limit_ns)
{
    uint64_t until = zg_sys_now() + limit_ns;
    uint32_t inside;

    if (is_reporting())
        return true;
    zg_findings_write_kept(); /* a signal came into the call */
    while ((inside = __atomic_load_n(&emit.inside, __ATOMIC_ACQUIRE)) != 0) {
        /* Whose call is open may never leave it: by a longjmp, or by the end of the thread. */
        if (inside == __atomic_load_n(&emit.kept_count, __ATOMIC_RELAXED)) {
            write_kept(0);
            continue;
        }
        if (zg_sys_now() >= until)
            return false;
        (void)zg_sys_futex_wait(&emit.inside, inside, limit_ns / 200); /* nobody wakes us */
    }
    return true;
}

void zg_findings_settle(uint64_t limit_ns)
{
    if (zg_findings_wait(limit_ns) && __atomic_load_n(&emit.stopping, __ATOMIC_ACQUIRE) != 0)
        wait_for_end();
}

void zg_findings_init(void)
{
    ZG_BUF(error, 1024);

    zg_sink_init();
    zg_symbolize_init();
    if (zg_options.suppressions[0] == '\0')
        return;
    zg_buf_str(&error, "libzmqguard: ");
    if (zg_suppress_load(zg_options.suppressions, &error) == 0)
        return;
    zg_buf_char(&error, '\n');
    (void)zg_sys_write(2, error.text, error.len);
    zg_stop_exit(2);
}

void zg_findings_prepare(void)
{
    uint64_t mask;

    if (!begin_writing(&mask))
        return;
    zg_sink_prepare();
    end_writing(mask);
}

void zg_findings_after_fork(void)
{
    zg_lock_reset(&emit.lock);
    zg_lock_reset(&emit.writing);
    zg_lock_reset(&emit.keeping);
    emit.kept = NULL; /* the parent's */
    __atomic_store_n(&emit.kept_count, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.holder, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.writer, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.inside, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.stopping, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.unwritten, 0, __ATOMIC_RELAXED);
    for (size_t i = 0; i < ZG_COUNTERS; i++)
        __atomic_store_n(&zg_counters[i], 0, __ATOMIC_RELAXED);
    zg_dedup_after_fork();
    zg_suppress_after_fork();
    zg_sink_after_fork();
}
