/* SPDX-License-Identifier: MPL-2.0 */
/* Where a finding is: the frame that its SUMMARY names, its suppression, its fingerprint. */
#include "base/str.h"
#include "report/report.h"

#define PRINT_FRAMES 3 /* frames of a stack that make a fingerprint */

static const struct zg_line no_line = {"", "", 0, 0};

/* A frame: a place, and which of its lines (inlined functions have one each). */
struct frame {
    const struct zg_place *place; /* NULL: none */
    const struct zg_line *line;   /* may be no_line */
};

static const char *function_of(const struct frame *f)
{
    return f->line->function[0] != '\0' ? f->line->function : f->place->symbol;
}

/* Thin wrappers around libzmq: their callers are what a reader wants to know. */
static bool is_binding(const struct frame *f)
{
    const struct zg_place *p = f->place;
    const char *file = zg_str_last_component(f->line->file);
    const char *module = p->has_object ? zg_str_last_component(p->object.path) : "";

    return p->internal || zg_str_equal(file, "zmq.hpp") || zg_str_equal(file, "zmq_addon.hpp") ||
           zg_str_starts(function_of(f), "zmq::") || zg_str_starts(function_of(f), "_ZN3zmq") ||
           zg_str_starts(function_of(f), "_ZNK3zmq") || zg_str_starts(module, "libczmq.so");
}

static struct frame line_at(const struct zg_place *p, uint32_t i)
{
    return (struct frame){p, p->line_count > 0 ? &p->lines[i] : &no_line};
}

/* The first frame of a script, but for pyzmq's own: who calls from Python looks for that line. */
static const struct zg_place *guilty_script(const struct zg_report *r, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        const struct zg_place *p = zg_frames_at(r->traces, 0, i);

        if (p->script && strstr(p->lines[0].file, "/zmq/") == NULL)
            return p;
    }
    return NULL;
}

/* The first frame that is not a binding's, else the first. */
static struct frame guilty(const struct zg_report *r)
{
    uint32_t count = r->traces != NULL && r->finding->event_count > 0 ? r->traces->of[0].count : 0;
    const struct zg_place *script = guilty_script(r, count);

    if (script != NULL)
        return line_at(script, 0);
    for (uint32_t i = 0; i < count; i++) {
        const struct zg_place *p = zg_frames_at(r->traces, 0, i);
        uint32_t k = 0;

        do {
            struct frame f = line_at(p, k);

            if (!is_binding(&f))
                return f;
        } while (++k < p->line_count);
    }
    return count > 0 ? line_at(zg_frames_at(r->traces, 0, 0), 0) : (struct frame){NULL, &no_line};
}

static void put_where(const struct frame *f, struct zg_buf *out)
{
    const struct zg_place *p = f->place;

    if (f->line->file[0] != '\0') {
        zg_buf_format(out, "%S", zg_frames_file(f->line->file));
        if (f->line->line != 0)
            zg_buf_format(out, ":%u", f->line->line);
    } else if (p->has_object) {
        zg_buf_format(out, "%S+0x%lx", zg_str_last_component(p->object.path), p->offset);
    } else {
        zg_buf_format(out, "0x%lx", p->pc);
    }
    if (function_of(f)[0] != '\0')
        zg_buf_format(out, " in %S", function_of(f));
}

static void put_suppression(const struct zg_report *r, const struct frame *at, struct zg_buf *out)
{
    const struct zg_finding *f = r->finding;

    zg_buf_format(out, "%s:", zg_kinds[f->kind].name);
    if (f->endpoint.uri[0] != '\0')
        zg_buf_escaped(out, f->endpoint.uri);
    else if (at->place != NULL && function_of(at)[0] != '\0')
        zg_buf_escaped(out, function_of(at));
    else if (at->place != NULL && at->place->has_object)
        zg_buf_escaped(out, zg_str_last_component(at->place->object.path));
    else if (f->object_count > 0 && f->objects[0].endpoints[0] != '\0')
        zg_buf_escaped(out, f->objects[0].endpoints);
    else
        zg_buf_char(out, '*');
}

/* With an end that no text contains: "a", "bc" and "ab", "c" are not the same. */
static uint64_t mix(uint64_t h, const char *s)
{
    return zg_hash_bytes(zg_hash_text(h, s), "\xff", 1);
}

/* A name is stable across rebuilds and address space layouts; without one module and offset are
 * all there is. The symbol comes first: it does not depend on the helper. */
static uint64_t mix_place(uint64_t h, const struct zg_place *p)
{
    char offset[24];

    h = mix(h, p->has_object ? zg_str_last_component(p->object.path) : "?");
    if (p->symbol[0] != '\0')
        return mix(h, p->symbol);
    if (p->line_count > 0 && p->lines[p->line_count - 1].function[0] != '\0')
        return mix(h, p->lines[p->line_count - 1].function);
    (void)zg_format(offset, sizeof(offset), "+%lx", p->has_object ? p->offset : 0);
    return mix(h, offset);
}

/* Of the kind and the top of the two stacks that the finding is about. */
static uint64_t fingerprint(const struct zg_report *r)
{
    const struct zg_finding *f = r->finding;
    uint64_t h = mix(0xcbf29ce484222325, zg_kinds[f->kind].name);

    for (uint32_t e = 0; r->traces != NULL && e < f->event_count; e++) {
        enum zg_role role = f->events[e].role;

        if (role != ZG_ROLE_ACCESS && role != ZG_ROLE_INSIDE && role != ZG_ROLE_LAST_USE &&
            role != ZG_ROLE_CLOSED && role != ZG_ROLE_BIND)
            continue;
        for (uint32_t i = 0; i < r->traces->of[e].count && i < PRINT_FRAMES; i++)
            h = mix_place(h, zg_frames_at(r->traces, e, i));
    }
    return h;
}

void zg_report_place(struct zg_report *r)
{
    struct frame at = guilty(r);
    struct zg_buf where = zg_buf_on(r->where, sizeof(r->where));
    struct zg_buf suppression = zg_buf_on(r->suppression, sizeof(r->suppression));

    if (at.place != NULL)
        put_where(&at, &where);
    else if (r->finding->endpoint.uri[0] != '\0')
        zg_buf_format(&where, "%S", r->finding->endpoint.uri);
    else
        zg_buf_str(&where, "at an unknown place");
    put_suppression(r, &at, &suppression);
    r->fingerprint = fingerprint(r);
}
