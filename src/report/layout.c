/* SPDX-License-Identifier: MPL-2.0 */
/* The lines of a report and their order. */
#include "report/layout.h"

#define RULE    "=================================================================="
#define RESERVE ((size_t)1024) /* kept free for what ends a report */

const struct zg_palette zg_palette_plain = {"", "", "", "", ""};
const struct zg_palette zg_palette_colour = {"\033[1;31m", "\033[36m", "\033[1m", "\033[2m",
                                             "\033[0m"};

void zg_layout_text(const struct zg_layout *l, const char *text, struct zg_buf *out)
{
    if (l->is_escaped)
        zg_buf_str(out, text);
    else
        zg_buf_escaped(out, text);
}

static void put_events(const struct zg_layout *l, bool uses, const struct zg_palette *c,
                       struct zg_buf *out)
{
    for (uint32_t i = 0; i < l->event_count; i++) {
        struct zg_layout_event e;

        l->event(l, i, &e);
        if (e.is_use != uses)
            continue;
        zg_buf_format(out, "  %s%s:%s\n", c->head, e.heading, c->end);
        zg_layout_stack(l, i, c, out);
    }
}

static const char *type_name(char type)
{
    switch (type) {
    case 'd':
        return "directory";
    case 's':
        return "socket";
    case 'l':
        return "link";
    case '-':
        return "file";
    default:
        return "unknown";
    }
}

static void put_component(const struct zg_layout *l, uint32_t n, struct zg_buf *out)
{
    struct zg_layout_component p;

    l->component(l, n, &p);
    zg_buf_str(out, "    ");
    zg_layout_text(l, p.path, out);
    zg_buf_format(out, ": %s, mode %s, uid %u, gid %u", type_name(p.type), p.mode, p.uid, p.gid);
    if (p.why[0] != '\0') {
        zg_buf_str(out, " <- ");
        zg_layout_text(l, p.why, out);
    } else if (p.is_offending) {
        zg_buf_str(out, " <- this one");
    }
    zg_buf_char(out, '\n');
}

static void put_endpoint(const struct zg_layout *l, const struct zg_palette *c, struct zg_buf *out)
{
    if (l->endpoint[0] == '\0')
        return;
    zg_buf_format(out, "  %sendpoint ", c->head);
    zg_layout_text(l, l->endpoint, out);
    if (l->umask[0] != '\0')
        zg_buf_format(out, ", umask %s at bind", l->umask);
    zg_buf_format(out, "%s%s\n", l->component_count > 0 ? ":" : "", c->end);
    for (uint32_t i = 0; i < l->component_count; i++)
        put_component(l, i, out);
    if (l->peer[0] == '\0')
        return;
    zg_buf_str(out, "  peer: ");
    zg_layout_text(l, l->peer, out);
    zg_buf_char(out, '\n');
}

static void put_advice(const struct zg_layout *l, struct zg_buf *out)
{
    zg_buf_format(out, "  rule: %s\n", l->rule);
    zg_buf_format(out, "  fix:  %s; one-line suppression: %s\n", l->fix, l->suppression);
    if (l->expired[0] != '\0')
        zg_buf_format(out, "  note: a suppression for this has expired: %s\n", l->expired);
    if (l->from[0] != '\0')
        zg_buf_format(out, "  from: %s\n", l->from);
}

/* Text that was cut goes on in a line of its own. */
static void end_line(struct zg_buf *out)
{
    if (out->len > 0 && out->text[out->len - 1] != '\n')
        zg_buf_char(out, '\n');
}

void zg_layout_write(const struct zg_layout *l, const struct zg_palette *c, struct zg_buf *out)
{
    size_t cap = out->cap;

    out->cap -= RESERVE;
    zg_buf_format(out, "%s\n%s%s: libzmqguard: %s: %s (pid=%d)%s\n", RULE, c->alarm,
                  l->is_error ? "ERROR" : "WARNING", l->kind, l->sentence, l->pid, c->end);
    put_events(l, true, c, out);
    for (uint32_t i = 0; i < l->line_count; i++)
        zg_buf_format(out, "  %s\n", l->line(l, i));
    put_endpoint(l, c, out);
    put_events(l, false, c, out);
    put_advice(l, out);
    out->cap = cap;
    if (out->cut) {
        end_line(out);
        zg_buf_str(out, "  (cut here: the report is too long)\n");
    }
    if (l->is_error)
        zg_buf_format(out, "%sSUMMARY: libzmqguard: %s %s%s\n", c->strong, l->kind, l->where,
                      c->end);
    zg_buf_format(out, "%s\n", RULE);
}
