/* SPDX-License-Identifier: MPL-2.0 */
/* The JSON form of a report. */
#include "report/json.h"

#include <fcntl.h>
#include <sys/utsname.h>

#include "base/sys.h"
#include "host/guard.h"
#include "host/lib.h"
#include "host/options.h"
#include "report/environ.h"
#include "report/json_put.h"
#include "report/text.h"

static const char *const roles[ZG_ROLES] = {
    [ZG_ROLE_ACCESS] = "access",
    [ZG_ROLE_INSIDE] = "inside",
    [ZG_ROLE_LAST_USE] = "last-use",
    [ZG_ROLE_CREATED] = "created",
    [ZG_ROLE_CLOSED] = "closed",
    [ZG_ROLE_REBORN] = "reborn",
    [ZG_ROLE_THREAD_CREATED] = "thread-created",
    [ZG_ROLE_BIND] = "bind",
    [ZG_ROLE_FORK] = "fork",
    [ZG_ROLE_TERM] = "term",
    [ZG_ROLE_USER] = "user",
    [ZG_ROLE_GIVEN] = "given",
    [ZG_ROLE_TAKEN] = "taken",
    [ZG_ROLE_HOLDS] = "holds",
};

static void put_time(struct zg_json *j, uint64_t ns)
{
    uint64_t seconds = ns / 1000000000;
    uint32_t date = zg_sys_date_of(seconds);
    uint64_t of_day = seconds % 86400;
    char text[40];

    (void)zg_format(text, sizeof(text), "%04u-%02u-%02uT%02lu:%02lu:%02lu.%06luZ", date / 10000,
                    date / 100 % 100, date % 100, of_day / 3600, of_day / 60 % 60, of_day % 60,
                    ns / 1000 % 1000000);
    zg_json_text(j, "time", text);
}

void zg_json_process(struct zg_json *j, int pid, uint64_t wall_ns)
{
    static char path[1024]; /* guarded by the report lock */
    struct utsname name;
    long n = zg_sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof(path) - 1);

    put_time(j, wall_ns);
    zg_json_number(j, "pid", (uint64_t)pid);
    if (zg_sys1(SYS_uname, &name) == 0)
        zg_json_text(j, "host", name.nodename);
    path[n > 0 ? n : 0] = '\0';
    if (n > 0)
        zg_json_text(j, "exe", path);
    zg_json_text(j, "policy", zg_policy_name((enum zg_policy)zg_options.policy));
}

static void put_test(struct zg_json *j)
{
    static const char *const names[] = {"PYTEST_CURRENT_TEST", "TEST_TARGET",
                                        "MESON_TEST_ITERATION", "CTEST_INTERACTIVE_DEBUG_MODE"};
    static char value[512]; /* guarded by the report lock */

    zg_json_open(j, "test", '{');
    for (size_t i = 0; i < ZG_COUNT(names); i++) {
        if (zg_environ_get(names[i], value, sizeof(value)))
            zg_json_text(j, names[i], value);
    }
    zg_json_close(j, '}');
}

static void put_threads(struct zg_json *j, const struct zg_finding *f)
{
    zg_json_open(j, "threads", '[');
    for (uint32_t i = 0; i < f->thread_count; i++) {
        const struct zg_finding_thread *t = &f->threads[i];

        zg_json_open(j, NULL, '{');
        zg_json_number(j, "id", t->id);
        zg_json_number(j, "tid", (uint64_t)t->tid);
        zg_json_text(j, "name", t->name);
        zg_json_flag(j, "main", t->is_main);
        zg_json_flag(j, "internal", t->internal);
        zg_json_flag(j, "finished", t->finished);
        zg_json_known(j, "creator", t->creator, 0);
        zg_json_close(j, '}');
    }
    zg_json_close(j, ']');
}

static void put_objects(struct zg_json *j, const struct zg_finding *f)
{
    zg_json_open(j, "objects", '[');
    for (uint32_t i = 0; i < f->object_count; i++) {
        const struct zg_finding_object *o = &f->objects[i];

        zg_json_open(j, NULL, '{');
        zg_json_number(j, "number", o->number);
        zg_json_text(j, "what", o->what);
        if (o->type[0] != '\0')
            zg_json_text(j, "type", o->type);
        zg_json_text(j, "endpoints", o->endpoints);
        zg_json_known(j, "creator", o->creator, 0);
        zg_json_close(j, '}');
    }
    zg_json_close(j, ']');
}

static void put_lines(struct zg_json *j, const struct zg_place *p)
{
    zg_json_open(j, "lines", '[');
    for (uint32_t i = 0; i < p->line_count; i++) {
        zg_json_open(j, NULL, '{');
        zg_json_text(j, "function", p->lines[i].function);
        if (p->lines[i].file[0] != '\0')
            zg_json_text(j, "file", zg_frames_file(p->lines[i].file));
        zg_json_known(j, "line", p->lines[i].line, 0);
        zg_json_known(j, "column", p->lines[i].column, 0);
        zg_json_close(j, '}');
    }
    zg_json_close(j, ']');
}

static void put_frame(struct zg_json *j, const struct zg_place *p)
{
    char id[2 * ZG_BUILD_ID_MAX + 1];
    struct zg_buf b = zg_buf_on(id, sizeof(id));

    zg_json_open(j, NULL, '{');
    if (p->script)
        zg_json_flag(j, "script", true);
    else
        zg_json_hex(j, "pc", p->pc);
    if (p->has_object) {
        zg_json_text(j, "module", p->object.path);
        zg_json_hex(j, "offset", p->offset);
        for (uint32_t i = 0; i < p->object.build_id_len; i++)
            zg_buf_format(&b, "%02x", p->object.build_id[i]);
        if (b.len > 0)
            zg_json_text(j, "build_id", id);
    }
    if (p->symbol[0] != '\0') {
        zg_json_text(j, "symbol", p->symbol);
        zg_json_hex(j, "symbol_offset", p->symbol_offset);
    }
    if (p->line_count > 0)
        put_lines(j, p);
    zg_json_close(j, '}');
}

static void put_event(struct zg_json *j, const struct zg_report *r, uint32_t event, uint32_t frames)
{
    const struct zg_finding_event *e = &r->finding->events[event];
    static char heading[2048]; /* guarded by the report lock */
    struct zg_buf b = zg_buf_on(heading, sizeof(heading));

    zg_json_open(j, NULL, '{');
    zg_json_text(j, "role", roles[e->role]);
    zg_text_heading(r->finding, e, &b);
    zg_json_escaped(j, "heading", heading);
    if (e->op < ZG_OP_COUNT)
        zg_json_text(j, "op", zg_op_name(e->op));
    zg_json_known(j, "thread", e->thread, 0);
    zg_json_known(j, "object", e->object, 0);
    zg_json_known(j, "call", e->call, 0);
    zg_json_known(j, "age_ns", e->age_ns, UINT64_MAX);
    if (e->age_at_least)
        zg_json_flag(j, "age_at_most", true);
    if (e->note[0] != '\0')
        zg_json_text(j, "note", e->note);
    zg_json_open(j, "frames", '[');
    for (uint32_t i = 0; r->traces != NULL && i < r->traces->of[event].count && i < frames; i++)
        put_frame(j, zg_frames_at(r->traces, event, i));
    zg_json_close(j, ']');
    if (r->traces != NULL && r->traces->of[event].unfollowed != NULL)
        zg_json_text(j, "unfollowed", r->traces->of[event].unfollowed);
    zg_json_close(j, '}');
}

static void put_components(struct zg_json *j, const struct zg_finding_endpoint *e)
{
    zg_json_open(j, "components", '[');
    for (uint32_t i = 0; i < e->component_count && i < ZG_FINDING_COMPONENTS; i++) {
        const struct zg_finding_component *c = &e->components[i];
        char type[2] = {c->type != '\0' ? c->type : '?', '\0'};

        zg_json_open(j, NULL, '{');
        zg_json_text(j, "path", c->path);
        zg_json_text(j, "type", type);
        zg_json_octal(j, "mode", c->mode);
        zg_json_number(j, "uid", c->uid);
        zg_json_number(j, "gid", c->gid);
        zg_json_flag(j, "offending", c->offending);
        if (c->why[0] != '\0')
            zg_json_text(j, "why", c->why);
        zg_json_close(j, '}');
    }
    zg_json_close(j, ']');
}

static void put_endpoint(struct zg_json *j, const struct zg_finding_endpoint *e)
{
    if (e->uri[0] == '\0')
        return;
    zg_json_open(j, "endpoint", '{');
    zg_json_text(j, "uri", e->uri);
    if (e->has_umask)
        zg_json_octal(j, "umask", e->umask);
    put_components(j, e);
    if (e->has_peer) {
        zg_json_open(j, "peer", '{');
        zg_json_number(j, "uid", e->peer_uid);
        zg_json_number(j, "gid", e->peer_gid);
        zg_json_number(j, "pid", (uint64_t)e->peer_pid);
        if (e->peer_exe[0] != '\0')
            zg_json_text(j, "exe", e->peer_exe);
        zg_json_close(j, '}');
    }
    zg_json_close(j, '}');
}

static void put_record(struct zg_json *j, const struct zg_report *r, uint32_t frames)
{
    const struct zg_finding *f = r->finding;
    const struct zg_kind_info *kind = &zg_kinds[f->kind];
    char fingerprint[20];

    zg_json_open(j, NULL, '{');
    zg_json_number(j, "zmqguard", ZG_JSON_VERSION);
    zg_json_text(j, "record", "finding");
    zg_json_text(j, "kind", kind->name);
    zg_json_text(j, "severity", zg_severity_name(r->severity));
    zg_json_escaped(j, "sentence", f->sentence);
    (void)zg_format(fingerprint, sizeof(fingerprint), "%016lx", r->fingerprint);
    zg_json_text(j, "fingerprint", fingerprint);
    zg_json_process(j, r->pid, r->wall_ns);
    put_test(j);
    zg_json_escaped(j, "where", r->where);
    zg_json_escaped(j, "suppression", r->suppression);
    zg_json_open(j, "lines", '[');
    for (uint32_t i = 0; i < f->line_count; i++)
        zg_json_escaped(j, NULL, f->lines[i]);
    zg_json_close(j, ']');
    put_threads(j, f);
    put_objects(j, f);
    zg_json_open(j, "events", '[');
    for (uint32_t i = 0; i < f->event_count; i++)
        put_event(j, r, i, frames);
    zg_json_close(j, ']');
    put_endpoint(j, &f->endpoint);
    zg_json_escaped(j, "rule", f->rule != NULL ? f->rule : kind->rule);
    zg_json_escaped(j, "fix", f->fix[0] != '\0' ? f->fix : kind->fix);
    if (frames < ZG_STACK_FRAMES)
        zg_json_flag(j, "cut", true);
    zg_json_close(j, '}');
}

void zg_json_notice(const char *line, struct zg_buf *out)
{
    struct zg_json j = {.out = out};

    zg_json_open(&j, NULL, '{');
    zg_json_number(&j, "zmqguard", ZG_JSON_VERSION);
    zg_json_text(&j, "record", "notice");
    zg_json_process(&j, zg_sys_getpid(), zg_sys_wall());
    zg_json_escaped(&j, "text", line);
    zg_json_close(&j, '}');
    zg_buf_char(out, '\n');
}

void zg_json_write(const struct zg_report *r, struct zg_buf *out)
{
    uint32_t frames = ZG_STACK_FRAMES;

    for (;;) {
        struct zg_json j = {.out = out};

        *out = zg_buf_on(out->text, out->cap);
        put_record(&j, r, frames);
        zg_buf_char(out, '\n');
        if (!out->cut || frames == 0)
            return;
        frames /= 4;
    }
}
