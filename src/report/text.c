/* SPDX-License-Identifier: MPL-2.0 */
/* The headings of a finding's events, made from their facts, and all of it given to the layout. */
#include "report/text.h"

#include "host/lib.h"
#include "host/options.h"
#include "report/chain.h"

static const struct zg_finding_thread *thread_of(const struct zg_finding *f, uint32_t id)
{
    for (uint32_t i = 0; i < f->thread_count; i++) {
        if (f->threads[i].id == id)
            return &f->threads[i];
    }
    return NULL;
}

static const struct zg_finding_object *object_of(const struct zg_finding *f, uint32_t number)
{
    for (uint32_t i = 0; i < f->object_count; i++) {
        if (number == 0 || f->objects[i].number == number)
            return &f->objects[i];
    }
    return NULL;
}

/* The first thread that registers is the main thread (host/thread.h). */
static bool is_main(const struct zg_finding *f, uint32_t id)
{
    const struct zg_finding_thread *t = thread_of(f, id);

    return t != NULL ? t->is_main : id == 1;
}

static void put_details(const struct zg_finding_thread *t, struct zg_buf *out)
{
    if (t == NULL)
        return;
    if (t->name[0] != '\0' && !t->is_main)
        zg_buf_format(out, " \"%S\"", t->name);
    zg_buf_format(out, " (tid %d%s)", t->tid, t->finished ? ", finished" : "");
}

/* "thread T2 "worker-b" (tid 4714)", "the main thread (tid 4711)" */
static void put_thread(const struct zg_finding *f, uint32_t id, struct zg_buf *out)
{
    const struct zg_finding_thread *t = thread_of(f, id);

    if (id == 0)
        zg_buf_str(out, "an unknown thread");
    else if (is_main(f, id))
        zg_buf_str(out, "the main thread");
    else
        zg_buf_format(out, "%s T%u", t != NULL && t->internal ? "libzmq's thread" : "thread", id);
    put_details(t, out);
}

/* Without name and tid, for who is named elsewhere. */
static void put_thread_short(const struct zg_finding *f, uint32_t id, struct zg_buf *out)
{
    if (id == 0)
        zg_buf_str(out, "an unknown thread");
    else if (is_main(f, id))
        zg_buf_str(out, "the main thread");
    else
        zg_buf_format(out, "thread T%u", id);
}

static void put_owner(const struct zg_finding *f, uint32_t id, struct zg_buf *out)
{
    if (is_main(f, id))
        zg_buf_str(out, "the owner, the main thread");
    else if (id == 0)
        zg_buf_str(out, "an unknown owner");
    else
        zg_buf_format(out, "owner T%u", id);
    put_details(thread_of(f, id), out);
}

/* "socket S3 PUSH" */
static void put_object(const struct zg_finding_object *o, struct zg_buf *out)
{
    zg_buf_str(out, o->what);
    if (o->number != 0)
        zg_buf_format(out, " %s%u",
                      zg_str_equal(o->what, "socket")    ? "S"
                      : zg_str_equal(o->what, "context") ? "C"
                                                         : "",
                      o->number);
    if (o->type[0] != '\0')
        zg_buf_format(out, " %s", o->type);
}

/* "98 ms", "1.2 s" */
static void put_time(uint64_t ns, struct zg_buf *out)
{
    if (ns < 1000000)
        zg_buf_format(out, "%lu us", ns / 1000);
    else if (ns < 1000000000)
        zg_buf_format(out, "%lu ms", ns / 1000000);
    else
        zg_buf_format(out, "%lu.%lu s", ns / 1000000000, ns / 100000000 % 10);
}

static void put_age(const struct zg_finding_event *e, const char *before, const char *after,
                    struct zg_buf *out)
{
    if (e->age_ns == UINT64_MAX)
        return;
    zg_buf_str(out, before);
    if (e->age_at_least)
        zg_buf_str(out, "at most ");
    put_time(e->age_ns, out);
    zg_buf_str(out, after);
}

static void put_call(const struct zg_finding *f, const struct zg_finding_event *e,
                     struct zg_buf *out)
{
    const struct zg_finding_object *o = object_of(f, e->object);

    if (e->call == 0)
        return;
    zg_buf_format(out, ", call %lu on this %s", e->call, o != NULL ? o->what : "object");
}

static const char *op_name(const struct zg_finding_event *e)
{
    return e->op < ZG_OP_COUNT ? zg_op_name(e->op) : NULL;
}

static void put_access(const struct zg_finding *f, const struct zg_finding_event *e,
                       struct zg_buf *out)
{
    const char *op = op_name(e);

    zg_buf_format(out, "%s%s by ", op != NULL ? op : "use", op != NULL ? "()" : "");
    put_thread(f, e->thread, out);
    put_call(f, e, out);
}

static void put_inside(const struct zg_finding *f, const struct zg_finding_event *e,
                       struct zg_buf *out)
{
    const struct zg_finding_thread *t = thread_of(f, e->thread);
    const char *op = op_name(e);

    put_thread(f, e->thread, out);
    zg_buf_format(out, " %s inside of %s%s", t != NULL && t->finished ? "was" : "is",
                  op != NULL ? op : "a call", op != NULL ? "()" : "");
    put_age(e, ", entered ", " ago", out);
    put_call(f, e, out);
}

static void put_last_use(const struct zg_finding *f, const struct zg_finding_event *e,
                         struct zg_buf *out)
{
    const char *op = op_name(e);

    zg_buf_str(out, "last use by ");
    put_owner(f, e->thread, out);
    if (op != NULL)
        zg_buf_format(out, ": %s()", op);
    put_call(f, e, out);
    put_age(e, ", ", " ago", out);
}

static void put_created(const struct zg_finding *f, const struct zg_finding_event *e,
                        const char *prefix, struct zg_buf *out)
{
    const struct zg_finding_object *o = object_of(f, e->object);
    uint32_t creator = e->thread;

    zg_buf_str(out, prefix);
    if (o == NULL) {
        zg_buf_str(out, "created by ");
    } else {
        put_object(o, out);
        if (o->endpoints[0] != '\0')
            zg_buf_format(out, ", %S", o->endpoints);
        zg_buf_format(out, "%s created by ", o->endpoints[0] != '\0' ? "," : "");
        creator = creator != 0 ? creator : o->creator;
    }
    put_thread_short(f, creator, out);
}

static void put_ended(const struct zg_finding *f, const struct zg_finding_event *e,
                      const char *verb, struct zg_buf *out)
{
    const struct zg_finding_object *o = object_of(f, e->object);

    if (o != NULL)
        put_object(o, out);
    else
        zg_buf_str(out, "it was");
    zg_buf_format(out, " %s by ", verb);
    put_thread(f, e->thread, out);
    put_age(e, ", ", " ago", out);
}

static void put_thread_created(const struct zg_finding *f, const struct zg_finding_event *e,
                               struct zg_buf *out)
{
    const struct zg_finding_thread *t = thread_of(f, e->thread);

    zg_buf_format(out, "thread T%u", e->thread);
    if (t != NULL && t->name[0] != '\0')
        zg_buf_format(out, " \"%S\"", t->name);
    zg_buf_str(out, " created ");
    if (t != NULL && t->creator != 0) {
        zg_buf_str(out, "by ");
        put_thread_short(f, t->creator, out);
        zg_buf_char(out, ' ');
    }
    zg_buf_str(out, "at");
}

static void put_bind(const struct zg_finding *f, const struct zg_finding_event *e,
                     struct zg_buf *out)
{
    put_access(f, e, out);
    put_age(e, ", ", " ago", out);
}

void zg_text_heading(const struct zg_finding *f, const struct zg_finding_event *e,
                     struct zg_buf *out)
{
    switch (e->role) {
    case ZG_ROLE_INSIDE:
        put_inside(f, e, out);
        break;
    case ZG_ROLE_LAST_USE:
        put_last_use(f, e, out);
        break;
    case ZG_ROLE_CREATED:
    case ZG_ROLE_HOLDS:
        put_created(f, e, "", out);
        break;
    case ZG_ROLE_REBORN:
        put_created(f, e, "its address now belongs to ", out);
        break;
    case ZG_ROLE_CLOSED:
        put_ended(f, e, "closed", out);
        break;
    case ZG_ROLE_TERM:
        put_ended(f, e, "terminated", out);
        break;
    case ZG_ROLE_FORK:
        zg_buf_str(out, "forked by ");
        put_thread(f, e->thread, out);
        put_age(e, ", ", " ago", out);
        break;
    case ZG_ROLE_THREAD_CREATED:
        put_thread_created(f, e, out);
        break;
    case ZG_ROLE_BIND:
    case ZG_ROLE_USER:
        put_bind(f, e, out);
        break;
    case ZG_ROLE_GIVEN:
        zg_buf_str(out, "it went from one thread to another before, from ");
        put_access(f, e, out);
        break;
    case ZG_ROLE_TAKEN:
        zg_buf_str(out, "to ");
        put_access(f, e, out);
        break;
    case ZG_ROLE_ACCESS:
    default:
        put_access(f, e, out);
    }
    if (e->note[0] != '\0')
        zg_buf_format(out, ", %S", e->note);
}

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
    *out = (struct zg_layout_event){heading, zg_chain_is_use(e->role), frames_of(r, n), ""};
    if (r->traces != NULL && r->traces->of[n].unfollowed != NULL)
        out->unfollowed = r->traces->of[n].unfollowed;
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
