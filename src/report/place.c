/* SPDX-License-Identifier: MPL-2.0 */
/* Where a finding is: the frame that its SUMMARY names, its suppression, its fingerprint. */
#include "base/str.h"
#include "report/chain.h"
#include "report/name.h"
#include "report/report.h"
#include "report/suppress.h"

#define PRINT_FRAMES 3 /* frames of a stack that make a fingerprint */

static void put_function(const char *name, struct zg_buf *out)
{
    ZG_BUF(shorter, ZG_NAME_MAX + 1);

    zg_name_put(&shorter, name, ZG_NAME_MAX);
    zg_buf_format(out, " in %S", shorter.text);
}

static void put_where(const struct zg_frame_at *f, struct zg_buf *out)
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
    if (zg_chain_function(f)[0] != '\0')
        put_function(zg_chain_function(f), out);
}

/* The other use that the finding is about, 0 when there is none. */
static uint32_t other_use(const struct zg_finding *f)
{
    for (uint32_t e = 1; e < f->event_count; e++) {
        if (zg_chain_is_use(f->events[e].role))
            return e;
    }
    return 0;
}

/* The narrowest line that silences the finding: an endpoint, or the chains of the uses. */
static void put_suppression(const struct zg_report *r, struct zg_buf *out)
{
    const struct zg_finding *f = r->finding;
    const char *name = f->endpoint.written[0] != '\0' ? f->endpoint.written : f->endpoint.uri;
    uint32_t other = other_use(f);
    size_t start;

    zg_buf_format(out, "%s:", zg_kinds[f->kind].name);
    if (name[0] != '\0') {
        zg_buf_char(out, '^');
        zg_suppress_name(out, name);
        zg_buf_char(out, '$');
    } else if (zg_chain_pattern(r, 0, out)) {
        start = out->len;
        zg_buf_str(out, ZG_SUPPRESS_WITH);
        if (other == 0 || !zg_chain_pattern(r, other, out))
            out->text[out->len = start] = '\0';
    } else if (f->object_count > 0 && f->objects[0].endpoints[0] != '\0') {
        zg_buf_format(out, "^%S$", f->objects[0].endpoints);
    } else {
        zg_buf_char(out, '*');
    }
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

/* Of the kind and of the innermost calls, from the reader's own code on, of the uses that the
 * finding is about. */
static uint64_t fingerprint(const struct zg_report *r)
{
    const struct zg_finding *f = r->finding;
    uint64_t h = mix(0xcbf29ce484222325, zg_kinds[f->kind].name);
    uint64_t uses[2] = {h, h};

    for (uint32_t e = 0; r->traces != NULL && e < f->event_count; e++) {
        uint32_t first = zg_chain_first(r, e).index;

        if (!zg_chain_is_use(f->events[e].role))
            continue;
        for (uint32_t i = first; i < r->traces->of[e].count && i < first + PRINT_FRAMES; i++)
            uses[e > 0] = mix_place(uses[e > 0], zg_frames_at(r->traces, e, i));
    }
    /* Which of two threads that collide is the second one is luck. */
    return f->kind == ZG_KIND_CONCURRENT_USE ? uses[0] + uses[1] : uses[0] * 31 + uses[1];
}

void zg_report_place(struct zg_report *r)
{
    struct zg_frame_at at = zg_chain_first(r, 0);
    struct zg_buf where = zg_buf_on(r->where, sizeof(r->where));
    struct zg_buf suppression = zg_buf_on(r->suppression, sizeof(r->suppression));

    if (at.place != NULL)
        put_where(&at, &where);
    else if (r->finding->endpoint.uri[0] != '\0')
        zg_buf_format(&where, "%S", r->finding->endpoint.uri);
    else
        zg_buf_str(&where, "at an unknown place");
    put_suppression(r, &suppression);
    r->fingerprint = fingerprint(r);
}
