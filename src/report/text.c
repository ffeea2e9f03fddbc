/* SPDX-License-Identifier: MPL-2.0 */
/* Gives the facts of a finding to the layout. */
#include "report/text.h"

#include "host/options.h"
#include "report/chain.h"

static const char *line_of(const struct zg_layout *l, uint32_t n)
{
    const struct zg_report *r = l->source;

    return r->finding->lines[n];
}

/* Inlined functions have a frame each. */
static uint32_t frames_of(const struct zg_report *r, uint32_t event)
{
    uint32_t n = 0;

    for (uint32_t i = 0; r->traces != NULL && i < r->traces->of[event].count; i++) {
        const struct zg_place *p = zg_frames_at(r->traces, event, i);

        n += p->line_count > 0 ? p->line_count : 1;
    }
    return n;
}

static void event_of(const struct zg_layout *l, uint32_t n, struct zg_layout_event *out)
{
    static char heading[2048]; /* guarded by the report lock */
    const struct zg_report *r = l->source;
    const struct zg_finding_event *e = &r->finding->events[n];
    struct zg_buf b = zg_buf_on(heading, sizeof(heading));

    zg_text_heading(r->finding, e, &b);
    *out = (struct zg_layout_event){heading, zg_chain_is_use(e->role), frames_of(r, n)};
}

static void put_build_id(const struct zg_place *p, char out[ZG_LAYOUT_BUILD_ID])
{
    struct zg_buf b = zg_buf_on(out, ZG_LAYOUT_BUILD_ID);

    for (uint32_t i = 0; p->has_object && i < p->object.build_id_len; i++)
        zg_buf_format(&b, "%02x", p->object.build_id[i]);
}

static void frame_of(const struct zg_layout *l, uint32_t event, uint32_t n,
                     struct zg_layout_frame *out)
{
    const struct zg_report *r = l->source;
    uint32_t index = 0;
    const struct zg_place *p = zg_frames_at(r->traces, event, 0);
    struct zg_frame_at at;

    while (n >= (p->line_count > 0 ? p->line_count : 1)) {
        n -= p->line_count > 0 ? p->line_count : 1;
        p = zg_frames_at(r->traces, event, ++index);
    }
    at = zg_chain_frame(r, event, index, n);
    out->function = zg_chain_function(&at);
    out->file = zg_frames_file(at.line->file);
    out->line = at.line->line;
    out->column = at.line->column;
    out->module = p->has_object ? zg_frames_file(p->object.path) : "";
    out->offset = p->offset;
    out->symbol_offset = p->symbol_offset;
    out->is_symbol = p->line_count == 0 && p->symbol[0] != '\0';
    out->is_script = p->script;
    out->is_library = zg_chain_is_library(&at);
    put_build_id(p, out->build_id);
}

static void component_of(const struct zg_layout *l, uint32_t n, struct zg_layout_component *out)
{
    const struct zg_report *r = l->source;
    const struct zg_finding_component *c = &r->finding->endpoint.components[n];

    *out = (struct zg_layout_component){
        .path = c->path,
        .type = c->type,
        .uid = c->uid,
        .gid = c->gid,
        .why = c->why,
        .is_offending = c->offending,
    };
    (void)zg_format(out->mode, sizeof(out->mode), "%04o", c->mode);
}

static void put_peer(const struct zg_finding_endpoint *e, struct zg_buf *out)
{
    if (!e->has_peer)
        return;
    zg_buf_format(out, "uid %u, gid %u, pid %d", e->peer_uid, e->peer_gid, e->peer_pid);
    zg_buf_format(out, "%s%s", e->peer_exe[0] != '\0' ? ", " : "", e->peer_exe);
}

void zg_text_write(const struct zg_report *r, const struct zg_palette *colours, struct zg_buf *out)
{
    const struct zg_finding *f = r->finding;
    const struct zg_finding_endpoint *e = &f->endpoint;
    const struct zg_kind_info *kind = &zg_kinds[f->kind];
    ZG_BUF(peer, 256);
    ZG_BUF(mask, 8);
    struct zg_layout l = {
        .is_error = r->severity == ZG_SEVERITY_ERROR,
        .all_frames = zg_options.frames != 0,
        .kind = kind->name,
        .sentence = f->sentence,
        .rule = f->rule != NULL ? f->rule : kind->rule,
        .fix = f->fix[0] != '\0' ? f->fix : kind->fix,
        .suppression = r->suppression,
        .where = r->where,
        .expired = r->expired,
        .from = "",
        .pid = r->pid,
        .line_count = f->line_count,
        .event_count = f->event_count,
        .component_count =
            e->component_count < ZG_FINDING_COMPONENTS ? e->component_count : ZG_FINDING_COMPONENTS,
        .endpoint = e->uri,
        .umask = mask_text,
        .peer = peer_text,
        .source = r,
        .line = line_of,
        .event = event_of,
        .frame = frame_of,
        .component = component_of,
    };

    if (e->has_umask)
        zg_buf_format(&mask, "%04o", e->umask);
    put_peer(e, &peer);
    zg_layout_write(&l, colours, out);
}
