/* SPDX-License-Identifier: MPL-2.0 */
/* The calls that make a use what it is, and what tells findings apart by them: the frame that the
 * SUMMARY names, the suppression and the fingerprint. */
#include "report/chain.h"

#include "base/str.h"
#include "host/lib.h"
#include "report/code.h"
#include "report/name.h"
#include "report/suppress.h"

#define NAME_WHOLE    72 /* bytes of a function's name in a pattern */
#define PATTERN_BYTES 240
#define PRINT_FRAMES  3 /* frames of a stack that make a fingerprint */

static const struct zg_line no_line = {"", "", 0, 0};

const char *zg_chain_function(const struct zg_frame_at *f)
{
    if (f->place == NULL)
        return "";
    return f->line->function[0] != '\0' ? f->line->function : f->place->symbol;
}

struct zg_frame_at zg_chain_frame(const struct zg_report *r, uint32_t event, uint32_t index,
                                  uint32_t inlined)
{
    const struct zg_place *p = zg_frames_at(r->traces, event, index);

    return (struct zg_frame_at){p, inlined < p->line_count ? &p->lines[inlined] : &no_line, index,
                                inlined};
}

static struct zg_code code_of(const struct zg_frame_at *f)
{
    const struct zg_place *p = f->place;

    return (struct zg_code){
        .function = zg_chain_function(f),
        .file = f->line->file,
        .module = p->has_object ? p->object.path : "",
        .is_script = p->script,
        .is_program = p->has_object && p->object.order == 0,
    };
}

bool zg_chain_is_library(const struct zg_frame_at *f)
{
    struct zg_code code = code_of(f);

    return f->place->internal || zg_code_is_library(&code);
}

static bool is_binding(const struct zg_frame_at *f)
{
    struct zg_code code = code_of(f);

    return f->place->internal || zg_code_is_binding(&code);
}

static uint32_t frames_of(const struct zg_report *r, uint32_t event)
{
    return r->traces != NULL && event < r->finding->event_count ? r->traces->of[event].count : 0;
}

/* The next frame outwards; place NULL behind the last. */
static struct zg_frame_at outer(const struct zg_report *r, uint32_t event, struct zg_frame_at f)
{
    if (f.inlined + 1 < f.place->line_count)
        return zg_chain_frame(r, event, f.index, f.inlined + 1);
    if (f.index + 1 < frames_of(r, event))
        return zg_chain_frame(r, event, f.index + 1, 0);
    return (struct zg_frame_at){NULL, &no_line, 0, 0};
}

struct zg_frame_at zg_chain_first(const struct zg_report *r, uint32_t event)
{
    struct zg_frame_at none = {NULL, &no_line, 0, 0};
    struct zg_frame_at first = none, unbound = none, script = none, f;

    if (frames_of(r, event) == 0)
        return none;
    first = zg_chain_frame(r, event, 0, 0);
    for (f = first; f.place != NULL; f = outer(r, event, f)) {
        if (!zg_chain_is_library(&f))
            return f;
        if (is_binding(&f))
            continue;
        if (unbound.place == NULL)
            unbound = f;
        if (script.place == NULL && f.place->script)
            script = f;
    }
    if (script.place != NULL)
        return script;
    return unbound.place != NULL ? unbound : first;
}

bool zg_chain_is_use(enum zg_role role)
{
    switch (role) {
    case ZG_ROLE_ACCESS:
    case ZG_ROLE_INSIDE:
    case ZG_ROLE_LAST_USE:
    case ZG_ROLE_CLOSED:
    case ZG_ROLE_BIND:
    case ZG_ROLE_FORK:
    case ZG_ROLE_TERM:
    case ZG_ROLE_USER:
    case ZG_ROLE_HOLDS:
        return true;
    default:
        return false;
    }
}

static const char *op_of(const struct zg_finding_event *e)
{
    if (e->op < ZG_OP_COUNT)
        return zg_op_name(e->op);
    return e->role == ZG_ROLE_FORK ? "fork" : "use";
}

static void put_name(const struct zg_frame_at *f, bool by_symbols, struct zg_buf *out)
{
    const struct zg_place *p = f->place;
    const char *name = by_symbols && !p->script ? p->symbol : zg_chain_function(f);

    if (name[0] != '\0')
        zg_buf_escaped(out, name);
    else if (p->has_object)
        zg_buf_format(out, "%S+0x%lx", zg_str_last_component(p->object.path), p->offset);
    else
        zg_buf_str(out, "??");
}

/* Out to the next frame of the reader's own, when the chain began with one. */
static struct zg_frame_at outer_own(const struct zg_report *r, uint32_t event, struct zg_frame_at f)
{
    bool skips = !zg_chain_is_library(&f);

    do
        f = outer(r, event, f);
    while (f.place != NULL && skips && zg_chain_is_library(&f));
    /* Behind code that was made at run time, without a name, nothing is certain. */
    if (f.place != NULL && !f.place->has_object && zg_chain_function(&f)[0] == '\0')
        return (struct zg_frame_at){NULL, &no_line, 0, 0};
    return f;
}

bool zg_chain_put(const struct zg_report *r, uint32_t event, bool by_symbols, struct zg_buf *out)
{
    struct zg_frame_at f = zg_chain_first(r, event);

    if (f.place == NULL)
        return false;
    zg_buf_str(out, op_of(&r->finding->events[event]));
    for (uint32_t n = 0; f.place != NULL && n < ZG_CHAIN_FRAMES; n++) {
        zg_buf_char(out, '<');
        put_name(&f, by_symbols, out);
        if (by_symbols) /* inlined functions have none */
            f.inlined = f.place->line_count;
        f = outer_own(r, event, f);
    }
    return true;
}

/* Of a long name what stands in brackets becomes '*': template arguments, then parameters. */
static void put_pattern_of(const char *name, size_t len, struct zg_buf *out)
{
    static char shorter[4096]; /* guarded by the report lock */
    struct zg_buf b = zg_buf_on(shorter, sizeof(shorter));

    if (len <= NAME_WHOLE) {
        zg_buf_str(out, name);
        return;
    }
    zg_name_collapse(&b, name, "<>", "*");
    if (b.len <= NAME_WHOLE)
        zg_buf_str(out, shorter);
    else
        zg_name_collapse(out, shorter, "()", "*");
}

/* A pattern that matches this chain and, where it fits, no other. */
static bool put_pattern(const struct zg_report *r, uint32_t event, struct zg_buf *out)
{
    static char name[4096]; /* guarded by the report lock */
    struct zg_frame_at f = zg_chain_first(r, event);
    size_t cap = out->cap;

    if (f.place == NULL)
        return false;
    if (out->cap - out->len > PATTERN_BYTES)
        out->cap = out->len + PATTERN_BYTES;
    zg_buf_format(out, "^%s", op_of(&r->finding->events[event]));
    for (uint32_t n = 0; f.place != NULL && n < ZG_CHAIN_FRAMES; n++) {
        struct zg_buf b = zg_buf_on(name, sizeof(name));

        put_name(&f, false, &b);
        zg_buf_char(out, '<');
        put_pattern_of(name, b.len, out);
        f = outer_own(r, event, f);
    }
    out->cap = cap;
    zg_buf_str(out, out->cut ? "*" : "$");
    out->cut = false;
    return true;
}

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
    } else if (put_pattern(r, 0, out)) {
        start = out->len;
        zg_buf_str(out, ZG_SUPPRESS_WITH);
        if (other == 0 || !put_pattern(r, other, out))
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

void zg_chain_place(struct zg_report *r)
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
