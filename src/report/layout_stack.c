/* SPDX-License-Identifier: MPL-2.0 */
/* A stack in a report: own frames whole, libraries' folded, one that was shown already named. */
#include "report/layout.h"
#include "report/name.h"

#define FOREIGN_FRAMES 8 /* shown of a stack that has no frame of the reader's own */
#define FOLDED_RUNS    4 /* of library frames that are named */

static void put_function(const struct zg_layout *l, const struct zg_layout_frame *f,
                         struct zg_buf *out)
{
    static char shorter[ZG_NAME_MAX + 1]; /* guarded by the report lock */
    struct zg_buf b = zg_buf_on(shorter, sizeof(shorter));

    if (f->function[0] == '\0') {
        zg_buf_str(out, "??");
        return;
    }
    if (l->all_frames) {
        zg_layout_text(l, f->function, out);
    } else {
        zg_name_put(&b, f->function, ZG_NAME_MAX);
        zg_layout_text(l, shorter, out);
    }
    if (f->is_symbol)
        zg_buf_format(out, "+0x%lx", f->symbol_offset);
}

/* With the line known the module's name is enough; else its path serves whoever finishes the job
 * (zmqguard symbolize). */
static void put_module(const struct zg_layout *l, const struct zg_layout_frame *f,
                       struct zg_buf *out)
{
    if (f->is_script)
        return;
    zg_buf_str(out, " (");
    if (f->module[0] != '\0') {
        zg_layout_text(l, f->file[0] != '\0' ? zg_str_last_component(f->module) : f->module, out);
        zg_buf_char(out, '+');
    }
    zg_buf_format(out, "0x%lx)", f->offset);
    if (f->build_id[0] != '\0')
        zg_buf_format(out, " (BuildId: %s)", f->build_id);
}

static void put_frame(const struct zg_layout *l, const struct zg_layout_frame *f, uint32_t n,
                      const struct zg_palette *c, struct zg_buf *out)
{
    zg_buf_format(out, "    %s#%u ", f->is_library ? c->dim : "", n);
    put_function(l, f, out);
    if (f->file[0] != '\0') {
        zg_buf_char(out, ' ');
        zg_layout_text(l, f->file, out);
    }
    if (f->file[0] != '\0' && f->line != 0)
        zg_buf_format(out, ":%u", f->line);
    if (f->file[0] != '\0' && f->line != 0 && f->column != 0)
        zg_buf_format(out, ":%u", f->column);
    put_module(l, f, out);
    zg_buf_format(out, "%s\n", f->is_library ? c->end : "");
}

static bool is_same_frame(const struct zg_layout_frame *a, const struct zg_layout_frame *b)
{
    return a->offset == b->offset && a->line == b->line && a->column == b->column &&
           zg_str_equal(a->function, b->function) && zg_str_equal(a->file, b->file) &&
           zg_str_equal(a->module, b->module);
}

static bool is_same_stack(const struct zg_layout *l, uint32_t a, uint32_t b, uint32_t frames)
{
    struct zg_layout_frame of_a, of_b;

    for (uint32_t i = 0; i < frames; i++) {
        l->frame(l, a, i, &of_a);
        l->frame(l, b, i, &of_b);
        if (!is_same_frame(&of_a, &of_b))
            return false;
    }
    return true;
}

/* Names an event by the beginning of its heading: "last use by owner T2", "zmq_send() by thread
 * T3". */
static void put_reference(const char *heading, struct zg_buf *out)
{
    size_t n = 0;

    while (heading[n] != '\0' && heading[n] != '"' && heading[n] != ',' && heading[n] != ':' &&
           !(heading[n] == '(' && heading[n + 1] != ')'))
        n++;
    while (n > 0 && heading[n - 1] == ' ')
        n--;
    zg_buf_format(out, "    (the same stack as above: %.*s)\n", (int)n, heading);
}

/* Uses come first, whatever their number. */
static bool stands_above(const struct zg_layout *l, uint32_t event, struct zg_buf *out)
{
    struct zg_layout_event e, other;

    l->event(l, event, &e);
    for (uint32_t i = 0; i < l->event_count; i++) {
        bool is_before;

        l->event(l, i, &other);
        is_before = e.is_use == other.is_use ? i < event : other.is_use;
        if (i != event && is_before && other.frames == e.frames &&
            is_same_stack(l, i, event, e.frames)) {
            l->event(l, i, &other);
            put_reference(other.heading, out);
            return true;
        }
    }
    return false;
}

static void put_whole(const struct zg_layout *l, uint32_t event, uint32_t frames, uint32_t shown,
                      const struct zg_palette *c, struct zg_buf *out)
{
    struct zg_layout_frame f;

    for (uint32_t i = 0; i < shown; i++) {
        l->frame(l, event, i, &f);
        put_frame(l, &f, i, c, out);
    }
    if (shown < frames)
        zg_buf_format(out, "    %s(and %u more; frames=all shows them)%s\n", c->dim, frames - shown,
                      c->end);
}

static void put_own(const struct zg_layout *l, uint32_t event, uint32_t frames,
                    const struct zg_palette *c, struct zg_buf *out)
{
    struct zg_layout_frame f;

    for (uint32_t i = 0; i < frames; i++) {
        l->frame(l, event, i, &f);
        if (!f.is_library)
            put_frame(l, &f, i, c, out);
    }
}

static void put_run(const struct zg_layout *l, uint32_t event, uint32_t from, uint32_t to,
                    struct zg_buf *out)
{
    struct zg_layout_frame f;

    l->frame(l, event, from, &f);
    zg_buf_format(out, "#%u", from);
    if (to > from)
        zg_buf_format(out, "-%u", to);
    zg_buf_char(out, ' ');
    zg_layout_text(l, zg_str_last_component(f.file[0] != '\0' ? f.file : f.module), out);
}

/* "(in libraries: #0-2 socket.py, #5 libstdc++.so.6)" */
static void put_folded(const struct zg_layout *l, uint32_t event, uint32_t frames,
                       const struct zg_palette *c, struct zg_buf *out)
{
    struct zg_layout_frame f;
    uint32_t runs = 0, from = 0, i;

    for (i = 0; i < frames; i = from + 1) {
        for (from = i; from < frames; from++) { /* the end of the run */
            l->frame(l, event, from, &f);
            if (!f.is_library)
                break;
        }
        if (from == i)
            continue;
        if (runs++ == FOLDED_RUNS) {
            zg_buf_str(out, ", ...");
            break;
        }
        if (runs == 1)
            zg_buf_format(out, "    %s(in libraries: ", c->dim);
        else
            zg_buf_str(out, ", ");
        put_run(l, event, i, from - 1, out);
    }
    if (runs > 0)
        zg_buf_format(out, ")%s\n", c->end);
}

void zg_layout_stack(const struct zg_layout *l, uint32_t event, const struct zg_palette *c,
                     struct zg_buf *out)
{
    struct zg_layout_event e;
    struct zg_layout_frame f;
    uint32_t own = 0;

    l->event(l, event, &e);
    if (e.frames == 0) {
        zg_buf_str(out, "    (no stack)\n");
        return;
    }
    if (stands_above(l, event, out))
        return;
    for (uint32_t i = 0; i < e.frames; i++) {
        l->frame(l, event, i, &f);
        own += !f.is_library;
    }
    if (l->all_frames || own == e.frames) {
        put_whole(l, event, e.frames, e.frames, c, out);
    } else if (own == 0) {
        put_whole(l, event, e.frames, e.frames < FOREIGN_FRAMES ? e.frames : FOREIGN_FRAMES, c,
                  out);
    } else {
        put_own(l, event, e.frames, c, out);
        put_folded(l, event, e.frames, c, out);
    }
    if (e.unfollowed[0] != '\0') {
        zg_buf_format(out, "    %s(frames of ", c->dim);
        zg_layout_text(l, e.unfollowed, out);
        zg_buf_format(out, " are not followed)%s\n", c->end);
    }
}
