/* SPDX-License-Identifier: MPL-2.0 */
/* The catalogue of kinds, and filling in the facts of a finding. */
#include "report/finding.h"

#include <stdarg.h>

#include "base/str.h"
#include "host/lib.h"
#include "host/thread.h"
#include "report/report.h"

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
