/* SPDX-License-Identifier: MPL-2.0 */
/* The text form of a report. */
#include "report/text.h"
#include "base/str.h"

#define RULE    "=================================================================="
#define RESERVE ((size_t)1024) /* kept free for what ends a report */

const struct zg_palette zg_palette_plain = {"", "", "", ""};
const struct zg_palette zg_palette_colour = {"\033[1;31m", "\033[36m", "\033[1m", "\033[0m"};

static void put_function(const struct zg_place *p, const struct zg_line *line, struct zg_buf *out)
{
    if (line->function[0] != '\0')
        zg_buf_escaped(out, line->function);
    else if (p->symbol[0] != '\0')
        zg_buf_escaped(out, p->symbol);
    else
        zg_buf_str(out, "??");
    if (line->file[0] == '\0')
        return;
    zg_buf_format(out, " %S", zg_frames_file(line->file));
    if (line->line != 0)
        zg_buf_format(out, ":%u", line->line);
    if (line->line != 0 && line->column != 0)
        zg_buf_format(out, ":%u", line->column);
}

/* With the line known the module's name is enough; else its path serves whoever finishes the job
 * (zmqguard symbolize). */
static void put_module(const struct zg_place *p, bool has_line, struct zg_buf *out)
{
    if (p->script)
        return;
    if (!p->has_object) {
        zg_buf_format(out, " (0x%lx)", p->offset);
        return;
    }
    zg_buf_format(out, " (%S+0x%lx)",
                  has_line ? zg_str_last_component(p->object.path) : zg_frames_file(p->object.path),
                  p->offset);
    if (p->object.build_id_len == 0)
        return;
    zg_buf_str(out, " (BuildId: ");
    for (uint32_t i = 0; i < p->object.build_id_len; i++)
        zg_buf_format(out, "%02x", p->object.build_id[i]);
    zg_buf_char(out, ')');
}

void zg_text_frames(const struct zg_place *p, uint32_t *n, struct zg_buf *out)
{
    for (uint32_t i = 0; i < p->line_count; i++) {
        zg_buf_format(out, "    #%u ", (*n)++);
        put_function(p, &p->lines[i], out);
        put_module(p, p->lines[i].file[0] != '\0', out);
        zg_buf_char(out, '\n');
    }
    if (p->line_count > 0)
        return;
    zg_buf_format(out, "    #%u ", (*n)++);
    if (p->symbol[0] != '\0')
        zg_buf_format(out, "%S+0x%lx", p->symbol, p->symbol_offset);
    else
        zg_buf_str(out, "??");
    put_module(p, false, out);
    zg_buf_char(out, '\n');
}

static void put_events(const struct zg_report *r, const struct zg_palette *c, struct zg_buf *out)
{
    const struct zg_finding *f = r->finding;

    for (uint32_t i = 0; i < f->event_count; i++) {
        uint32_t shown = r->traces != NULL ? r->traces->of[i].count : 0;
        uint32_t n = 0;

        zg_buf_format(out, "  %s", c->head);
        zg_text_heading(f, &f->events[i], out);
        zg_buf_format(out, ":%s\n", c->end);
        for (uint32_t k = 0; k < shown; k++)
            zg_text_frames(zg_frames_at(r->traces, i, k), &n, out);
        if (shown == 0)
            zg_buf_str(out, "    (no stack)\n");
        else if (r->traces->of[i].unfollowed != NULL)
            zg_buf_format(out, "    (frames of %S are not followed)\n",
                          r->traces->of[i].unfollowed);
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

static void put_component(const struct zg_finding_component *p, struct zg_buf *out)
{
    zg_buf_format(out, "    %S: %s, mode %04o, uid %u, gid %u", p->path, type_name(p->type),
                  p->mode, p->uid, p->gid);
    if (p->why[0] != '\0')
        zg_buf_format(out, " <- %S", p->why);
    else if (p->offending)
        zg_buf_str(out, " <- this one");
    zg_buf_char(out, '\n');
}

static void put_endpoint(const struct zg_finding *f, const struct zg_palette *c, struct zg_buf *out)
{
    const struct zg_finding_endpoint *e = &f->endpoint;

    if (e->uri[0] == '\0')
        return;
    zg_buf_format(out, "  %sendpoint %S", c->head, e->uri);
    if (e->has_umask)
        zg_buf_format(out, ", umask %04o at bind", e->umask);
    zg_buf_format(out, "%s%s\n", e->component_count > 0 ? ":" : "", c->end);
    for (uint32_t i = 0; i < e->component_count && i < ZG_FINDING_COMPONENTS; i++)
        put_component(&e->components[i], out);
    if (e->has_peer) {
        zg_buf_format(out, "  peer: uid %u, gid %u, pid %d", e->peer_uid, e->peer_gid, e->peer_pid);
        zg_buf_format(out, "%s%S\n", e->peer_exe[0] != '\0' ? ", " : "", e->peer_exe);
    }
}

static void put_advice(const struct zg_report *r, struct zg_buf *out)
{
    const struct zg_finding *f = r->finding;
    const struct zg_kind_info *kind = &zg_kinds[f->kind];

    zg_buf_format(out, "  rule: %s\n", f->rule != NULL ? f->rule : kind->rule);
    zg_buf_format(out, "  fix:  %s; one-line suppression: %s\n",
                  f->fix[0] != '\0' ? f->fix : kind->fix, r->suppression);
    if (r->expired[0] != '\0')
        zg_buf_format(out, "  note: a suppression for this has expired: %s\n", r->expired);
}

/* Text that was cut goes on in a line of its own. */
static void end_line(struct zg_buf *out)
{
    if (out->len > 0 && out->text[out->len - 1] != '\n')
        zg_buf_char(out, '\n');
}

void zg_text_write(const struct zg_report *r, const struct zg_palette *c, struct zg_buf *out)
{
    const struct zg_finding *f = r->finding;
    const char *name = zg_kinds[f->kind].name;
    bool is_error = r->severity == ZG_SEVERITY_ERROR;
    size_t cap = out->cap;

    out->cap -= RESERVE;
    zg_buf_format(out, "%s\n%s%s: libzmqguard: %s: %s (pid=%d)%s\n", RULE, c->alarm,
                  is_error ? "ERROR" : "WARNING", name, f->sentence, r->pid, c->end);
    for (uint32_t i = 0; i < f->line_count; i++)
        zg_buf_format(out, "  %s\n", f->lines[i]);
    put_events(r, c, out);
    put_endpoint(f, c, out);
    put_advice(r, out);
    out->cap = cap;
    if (out->cut) {
        end_line(out);
        zg_buf_str(out, "  (cut here: the report is too long)\n");
    }
    if (is_error)
        zg_buf_format(out, "%sSUMMARY: libzmqguard: %s %s%s\n", c->strong, name, r->where, c->end);
    zg_buf_format(out, "%s\n", RULE);
}
