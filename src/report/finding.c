/* SPDX-License-Identifier: MPL-2.0 */
/* The catalogue of kinds, the facts of a finding, and what becomes of it: severities, repetition,
 * limits, and the end of the program. */
#include "report/finding.h"

#include <stdarg.h>

#include "base/lock.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/lib.h"
#include "host/options.h"
#include "host/thread.h"
#include "report/chain.h"
#include "report/counters.h"
#include "report/environ.h"
#include "report/json.h"
#include "report/sink.h"
#include "report/stop.h"
#include "report/suppress.h"
#include "report/symbolize.h"
#include "report/text.h"

#define STOP_WAIT_NS ((uint64_t)2000000000)

const struct zg_kind_info zg_kinds[ZG_KIND_COUNT] = {
#define ZG_KIND(symbol, kind_name, sev, fam, the_rule, the_fix)                                    \
    [ZG_KIND_##symbol] = {.name = (kind_name),                                                     \
                          .severity = ZG_SEVERITY_##sev,                                           \
                          .family = ZG_FAMILY_##fam,                                               \
                          .rule = (the_rule),                                                      \
                          .fix = (the_fix)},
#include "report/kinds.def"
#undef ZG_KIND
};

const char *zg_severity_name(enum zg_severity severity)
{
    static const char *const names[] = {"off", "warning", "error"};

    return names[severity];
}

static void fill(char *out, size_t cap, const char *format, va_list args)
{
    struct zg_buf b = zg_buf_on(out, cap);

    zg_buf_vformat(&b, format, args);
}

void zg_finding_sentence(struct zg_finding *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(f->sentence, sizeof(f->sentence), format, args);
    va_end(args);
}

void zg_finding_line(struct zg_finding *f, const char *format, ...)
{
    va_list args;

    if (f->line_count == ZG_FINDING_LINES)
        return;
    va_start(args, format);
    fill(f->lines[f->line_count++], sizeof(f->lines[0]), format, args);
    va_end(args);
}

void zg_finding_fix(struct zg_finding *f, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    fill(f->fix, sizeof(f->fix), format, args);
    va_end(args);
}

struct zg_finding_event *zg_finding_event(struct zg_finding *f, enum zg_role role)
{
    struct zg_finding_event *e;

    if (f->event_count < ZG_FINDING_EVENTS)
        f->event_count++;
    e = &f->events[f->event_count - 1];
    memset(e, 0, sizeof(*e));
    e->role = role;
    e->op = ZG_OP_COUNT;
    e->age_ns = UINT64_MAX;
    return e;
}

void zg_finding_thread(struct zg_finding *f, uint32_t id, uint32_t slot)
{
    struct zg_thread *t = id != 0 ? zg_thread_by_id(id, slot) : NULL;
    struct zg_finding_thread *out = &f->threads[f->thread_count];

    for (uint32_t i = 0; i < f->thread_count; i++) {
        if (f->threads[i].id == id)
            return;
    }
    if (t == NULL || f->thread_count == ZG_FINDING_THREADS)
        return;
    out->finished = __atomic_load_n(&t->state, __ATOMIC_ACQUIRE) != ZG_THREAD_RUNNING;
    if (!out->finished)
        zg_thread_refresh_name(t);
    out->id = id;
    out->tid = t->tid;
    out->is_main = t->is_main;
    out->internal = t->internal;
    out->creator = t->creator;
    out->created_at = t->created_at;
    if (t->script_name[0] != '\0')
        (void)zg_format(out->name, sizeof(out->name), "%.*s", ZG_THREAD_SCRIPT_NAME - 1,
                        t->script_name);
    else
        (void)zg_format(out->name, sizeof(out->name), "%.*s", ZG_THREAD_NAME - 1, t->name);
    f->thread_count++;
}

struct zg_finding_object *zg_finding_object(struct zg_finding *f, const char *what, uint32_t number)
{
    struct zg_finding_object *o;

    if (f->object_count < ZG_FINDING_OBJECTS)
        f->object_count++;
    o = &f->objects[f->object_count - 1];
    memset(o, 0, sizeof(*o));
    o->number = number;
    (void)zg_str_copy(o->what, sizeof(o->what), what);
    return o;
}

/* A hash table that is never emptied and may be filled to three quarters. */
static struct {
    uint32_t used;
    struct zg_dedup entries[ZG_DEDUP_ENTRIES];
} seen;

static uint32_t hash(enum zg_kind kind, zg_stack_id at, zg_stack_id other)
{
    uint64_t h = ((uint64_t)at << 32 | other) + (uint64_t)kind * 0x9e3779b97f4a7c15;

    h ^= h >> 31;
    h *= 0xbf58476d1ce4e5b9;
    return (uint32_t)(h >> 32);
}

struct zg_dedup *zg_dedup_note(enum zg_kind kind, zg_stack_id at, zg_stack_id other)
{
    uint32_t i = hash(kind, at, other);

    for (;; i++) {
        struct zg_dedup *e = &seen.entries[i & (ZG_DEDUP_ENTRIES - 1)];

        if (!e->used) {
            if (seen.used >= ZG_DEDUP_ENTRIES / 4 * 3)
                return NULL;
            seen.used++;
            *e = (struct zg_dedup){
                .kind = (uint8_t)kind, .used = true, .at = at, .other = other, .count = 1};
            return e;
        }
        if (e->kind == kind && e->at == at && e->other == other) {
            e->count++;
            return e;
        }
    }
}

void zg_dedup_each(void (*visit)(const struct zg_dedup *e, void *arg), void *arg)
{
    for (size_t i = 0; i < ZG_DEDUP_ENTRIES; i++) {
        if (seen.entries[i].used)
            visit(&seen.entries[i], arg);
    }
}

void zg_dedup_after_fork(void)
{
    for (size_t i = 0; i < ZG_DEDUP_ENTRIES; i++)
        seen.entries[i].count = 0;
}

void zg_dedup_clear(void)
{
    memset(&seen, 0, sizeof(seen));
}

static struct {
    struct zg_lock lock; /* rank REPORT: everything below but holder and stopping */
    uint64_t mask;       /* of the holder, to give back */
    uint32_t holder;     /* atomic: tid of the thread inside of a report, 0 none */
    uint32_t stopping;   /* atomic: tid of the thread that ends the process, 0 none; a futex */
    uint64_t unwritten;  /* atomic */
    uint32_t written;
    bool limit_told;
    struct zg_dedup *entry; /* of the present finding, NULL when the table is full */
    void (*at_exit)(void);
    struct zg_finding finding;
} emit;

static char *buffer; /* mapped at the first report; guarded by the report lock */

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
    return __atomic_load_n(&emit.holder, __ATOMIC_RELAXED) == (uint32_t)zg_sys_gettid();
}

static void acquire(void)
{
    uint64_t mask = zg_sys_block_signals(); /* for as long as a report takes */

    (void)zg_lock_acquire_nested(&emit.lock);
    emit.mask = mask;
    __atomic_store_n(&emit.holder, (uint32_t)zg_sys_gettid(), __ATOMIC_RELAXED);
}

static void release(void)
{
    uint64_t mask = emit.mask;

    __atomic_store_n(&emit.holder, 0, __ATOMIC_RELAXED);
    zg_lock_release_nested(&emit.lock);
    zg_sys_restore_signals(mask);
}

/* Is the finding one of those that are only counted? */
static bool is_repeated(const struct zg_dedup *e, enum zg_severity severity)
{
    if (e == NULL || e->count == 1)
        return false;
    if (e->suppression != 0) {
        zg_suppress_hit(e->suppression - 1U);
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
    static char text[1024]; /* guarded by the lock; the host's stack may be small */
    struct zg_buf record = zg_buf_on(text, sizeof(text));

    if (zg_options.format == 1)
        zg_json_notice(line->text, &record);
    else
        zg_buf_format(&record, "%s\n", line->text);
    zg_sink_write(record.text, record.len, NULL);
}

static bool is_over_limit(enum zg_kind kind, const struct zg_dedup *e, enum zg_severity severity)
{
    if (stops(severity) || kind == ZG_KIND_LIBZMQ_ASSERT ||
        (e != NULL && emit.written < zg_options.max_reports))
        return false;
    __atomic_add_fetch(&emit.unwritten, 1, __ATOMIC_RELAXED);
    zg_count(severity == ZG_SEVERITY_ERROR ? ZG_COUNT_ERRORS : ZG_COUNT_WARNINGS);
    if (!emit.limit_told) {
        ZG_BUF(line, 160);

        emit.limit_told = true;
        zg_buf_format(&line,
                      "libzmqguard: %u reports were written (max_reports=); what follows is only "
                      "counted (pid=%d)",
                      emit.written, zg_sys_getpid());
        notice(&line);
    }
    return true;
}

struct zg_finding *zg_finding_begin(enum zg_kind kind, zg_stack_id at, zg_stack_id other)
{
    enum zg_severity severity = (enum zg_severity)zg_options.severity[kind];

    if (severity == ZG_SEVERITY_OFF || is_reporting())
        return NULL;
    (void)zg_objects_refresh(); /* takes the loader's lock: before ours */
    acquire();
    if (__atomic_load_n(&emit.stopping, __ATOMIC_RELAXED) != 0) {
        release();
        wait_for_end();
        return NULL;
    }
    emit.entry = zg_dedup_note(kind, at, other);
    if (is_repeated(emit.entry, severity) || is_over_limit(kind, emit.entry, severity)) {
        release();
        return NULL;
    }
    set_busy(true);
    memset(&emit.finding, 0, sizeof(emit.finding));
    emit.finding.kind = kind;
    return &emit.finding;
}

static bool is_suppressed(struct zg_report *r)
{
    int entry = zg_suppress_match(r);

    if (entry < 0)
        return false;
    zg_suppress_hit((uint32_t)entry);
    zg_count(ZG_COUNT_SUPPRESSED);
    if (emit.entry != NULL)
        emit.entry->suppression = (uint16_t)(entry + 1);
    return true;
}

/* Out of memory the report shrinks to what every reader relies on. */
static void write_short(const struct zg_report *r)
{
    ZG_BUF(b, 768);
    bool is_error = r->severity == ZG_SEVERITY_ERROR;
    const char *name = zg_kinds[r->finding->kind].name;

    zg_buf_format(&b, "%s: libzmqguard: %s: %.400s (pid=%d)\n", is_error ? "ERROR" : "WARNING",
                  name, r->finding->sentence, r->pid);
    if (is_error)
        zg_buf_format(&b, "SUMMARY: libzmqguard: %s %s\n", name, r->where);
    zg_sink_write(b.text, b.len, r);
}

/* https://no-color.org */
static bool is_colour_unwanted(void)
{
    char value[2];

    return zg_environ_get("NO_COLOR", value, sizeof(value)) && value[0] != '\0';
}

static void write_report(const struct zg_report *r)
{
    bool colour = zg_options.color == 1 ||
                  (zg_options.color == 0 && zg_sink_is_terminal() && !is_colour_unwanted());
    struct zg_buf b;

    if (buffer == NULL)
        buffer = zg_sys_map(ZG_JSON_BYTES);
    if (buffer == NULL) {
        write_short(r);
        return;
    }
    if (zg_options.format == 1) {
        b = zg_buf_on(buffer, ZG_JSON_BYTES);
        zg_json_write(r, &b);
    } else {
        b = zg_buf_on(buffer, ZG_REPORT_BYTES);
        zg_text_write(r, colour ? &zg_palette_colour : &zg_palette_plain, &b);
    }
    zg_sink_write(b.text, b.len, r);
}

static enum zg_severity severity_of(const struct zg_finding *f)
{
    return f->repaired || f->doubtful ? ZG_SEVERITY_WARNING
                                      : (enum zg_severity)zg_options.severity[f->kind];
}

/* True: the report was written, so the program may have to be stopped. */
static bool report(const struct zg_finding *f)
{
    static struct zg_report r; /* guarded by the report lock */

    memset(&r, 0, sizeof(r));
    r.finding = f;
    r.severity = severity_of(f);
    r.pid = zg_sys_getpid();
    r.wall_ns = zg_sys_wall();
    r.traces = zg_frames_resolve(f);
    zg_chain_place(&r);
    if (emit.entry != NULL)
        (void)zg_str_copy(emit.entry->where, sizeof(emit.entry->where), r.where);
    if (is_suppressed(&r))
        return false;
    emit.written++;
    zg_count(r.severity == ZG_SEVERITY_ERROR ? ZG_COUNT_ERRORS : ZG_COUNT_WARNINGS);
    write_report(&r);
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

void zg_finding_end(struct zg_finding *f)
{
    bool is_written = report(f);
    bool is_last = is_written && stops(severity_of(f)) && !f->ends;

    if (is_last)
        __atomic_store_n(&emit.stopping, (uint32_t)zg_sys_gettid(), __ATOMIC_RELEASE);
    release();
    if (is_written)
        zmqguard_on_report();
    if (is_last)
        stop();
    set_busy(false);
}

void zg_findings_notice(const struct zg_buf *line)
{
    if (is_reporting())
        return;
    acquire();
    notice(line);
    release();
}

void zg_findings_record(const struct zg_buf *record)
{
    if (is_reporting())
        return;
    acquire();
    zg_sink_write(record->text, record->len, NULL);
    release();
}

bool zg_findings_wait(uint64_t limit_ns)
{
    uint64_t until = zg_sys_now() + limit_ns;
    uint32_t self = (uint32_t)zg_sys_gettid();
    uint32_t holder;

    while ((holder = __atomic_load_n(&emit.holder, __ATOMIC_RELAXED)) != 0 && holder != self) {
        if (zg_sys_now() >= until)
            return false;
        (void)zg_sys_futex_wait(&emit.holder, holder, limit_ns / 200); /* nobody wakes us */
    }
    return true;
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
    acquire();
    zg_sink_prepare();
    release();
}

void zg_findings_after_fork(void)
{
    zg_lock_reset(&emit.lock);
    __atomic_store_n(&emit.holder, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.stopping, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&emit.unwritten, 0, __ATOMIC_RELAXED);
    for (size_t i = 0; i < ZG_COUNTERS; i++)
        __atomic_store_n(&zg_counters[i], 0, __ATOMIC_RELAXED);
    zg_dedup_after_fork();
    zg_suppress_after_fork();
    zg_sink_after_fork();
}
