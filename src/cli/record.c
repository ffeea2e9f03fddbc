/* SPDX-License-Identifier: MPL-2.0 */
/* Reads a record field by field; what has another type than it should counts as absent. */
#include "cli/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/demangle.h"

#define SCHEMA 1

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s == NULL ? "" : s;
}

static unsigned number(const json_t *o, const char *key)
{
    json_int_t v = json_integer_value(json_object_get(o, key));

    return v < 0 || v > (json_int_t)UINT32_MAX ? 0 : (unsigned)v;
}

static bool flag(const json_t *o, const char *key)
{
    return json_is_true(json_object_get(o, key));
}

static uint64_t hex(const json_t *o, const char *key)
{
    const char *s = text(o, key);
    uint64_t v = 0;

    (void)zg_str_number(s, strlen(s), 0, &v);
    return v;
}

/* The record keeps the text and frees it in the end. */
static const char *own(struct zg_record *r, char *s)
{
    r->owned = zg_cli_grow(r->owned, r->owned_count + 1, sizeof(*r->owned));
    r->owned[r->owned_count++] = s;
    return s;
}

static struct zg_frame *add_frame(struct zg_event *e, const json_t *frame)
{
    struct zg_frame *f;

    e->frames = zg_cli_grow(e->frames, e->frame_count + 1, sizeof(*e->frames));
    f = &e->frames[e->frame_count++];
    *f = (struct zg_frame){.function = "", .file = ""};
    f->module = text(frame, "module");
    f->build_id = text(frame, "build_id");
    f->offset = hex(frame, "offset");
    f->symbol_offset = hex(frame, "symbol_offset");
    f->is_script = flag(frame, "script");
    return f;
}

static void read_frame(struct zg_record *r, struct zg_event *e, const json_t *frame)
{
    const json_t *lines = json_object_get(frame, "lines"), *line;
    const char *symbol = text(frame, "symbol");
    struct zg_frame *f;
    size_t i;

    json_array_foreach(lines, i, line)
    {
        f = add_frame(e, frame);
        f->function = text(line, "function");
        f->file = text(line, "file");
        f->line = number(line, "line");
        f->column = number(line, "column");
        if (f->function[0] == '\0' && i + 1 == json_array_size(lines))
            f->function = own(r, zg_demangle(symbol));
    }
    if (json_array_size(lines) > 0)
        return;
    f = add_frame(e, frame);
    f->function = own(r, zg_demangle(symbol));
    f->is_symbol = symbol[0] != '\0';
}

static void read_event(struct zg_record *r, struct zg_event *e, const json_t *o)
{
    const json_t *frame;
    size_t i;

    e->role = text(o, "role");
    e->heading = text(o, "heading");
    e->op = text(o, "op");
    e->thread = number(o, "thread");
    e->object = number(o, "object");
    e->unfollowed = text(o, "unfollowed");
    json_array_foreach(json_object_get(o, "frames"), i, frame)
    {
        read_frame(r, e, frame);
    }
}

static void read_events(struct zg_record *r)
{
    const json_t *list = json_object_get(r->root, "events"), *o;
    size_t i;

    r->event_count = json_array_size(list);
    r->events = zg_cli_alloc((r->event_count + 1) * sizeof(*r->events));
    json_array_foreach(list, i, o)
    {
        read_event(r, &r->events[i], o);
    }
}

static void read_threads(struct zg_record *r)
{
    const json_t *list = json_object_get(r->root, "threads"), *o;
    size_t i;

    r->thread_count = json_array_size(list);
    r->threads = zg_cli_alloc((r->thread_count + 1) * sizeof(*r->threads));
    json_array_foreach(list, i, o)
    {
        r->threads[i] = (struct zg_actor){
            .id = number(o, "id"),
            .creator = number(o, "creator"),
            .tid = (int)number(o, "tid"),
            .name = text(o, "name"),
            .is_main = flag(o, "main"),
            .is_internal = flag(o, "internal"),
            .is_finished = flag(o, "finished"),
        };
    }
}

static void read_objects(struct zg_record *r)
{
    const json_t *list = json_object_get(r->root, "objects"), *o;
    size_t i;

    r->object_count = json_array_size(list);
    r->objects = zg_cli_alloc((r->object_count + 1) * sizeof(*r->objects));
    json_array_foreach(list, i, o)
    {
        r->objects[i] = (struct zg_object){
            .number = number(o, "number"),
            .creator = number(o, "creator"),
            .what = text(o, "what"),
            .type = text(o, "type"),
            .endpoints = text(o, "endpoints"),
        };
    }
}

static void read_components(struct zg_record *r, const json_t *list)
{
    const json_t *o;
    size_t i;

    r->component_count = json_array_size(list);
    r->components = zg_cli_alloc((r->component_count + 1) * sizeof(*r->components));
    json_array_foreach(list, i, o)
    {
        r->components[i] = (struct zg_component){
            .path = text(o, "path"),
            .type = text(o, "type"),
            .why = text(o, "why"),
            .mode = text(o, "mode"),
            .uid = number(o, "uid"),
            .gid = number(o, "gid"),
            .is_offending = flag(o, "offending"),
        };
    }
}

static void read_endpoint(struct zg_record *r)
{
    const json_t *o = json_object_get(r->root, "endpoint");
    const json_t *peer = json_object_get(o, "peer");
    const char *exe = text(peer, "exe");

    r->endpoint = text(o, "uri");
    r->umask = text(o, "umask");
    r->peer = "";
    if (json_is_object(peer))
        r->peer = own(r, zg_cli_format("uid %u, gid %u, pid %u%s%s", number(peer, "uid"),
                                       number(peer, "gid"), number(peer, "pid"),
                                       exe[0] != '\0' ? ", " : "", exe));
    read_components(r, json_object_get(o, "components"));
}

/* What names the test: pytest's own words, or Bazel's label. */
static const char *test_of(const json_t *root)
{
    const json_t *test = json_object_get(root, "test");
    const char *name = text(test, "PYTEST_CURRENT_TEST");

    return name[0] != '\0' ? name : text(test, "TEST_TARGET");
}

static void read_lines(struct zg_record *r, const char *key)
{
    const json_t *list = json_object_get(r->root, key), *line;
    size_t i;

    r->lines = zg_cli_alloc((json_array_size(list) + 1) * sizeof(*r->lines));
    json_array_foreach(list, i, line)
    {
        if (json_is_string(line))
            r->lines[r->line_count++] = json_string_value(line);
    }
}

static uint64_t large(const json_t *o, const char *key)
{
    json_int_t v = json_integer_value(json_object_get(o, key));

    return v < 0 ? 0 : (uint64_t)v;
}

static void read_summary(struct zg_record *r)
{
    r->calls = large(r->root, "calls");
    r->sockets = large(r->root, "sockets");
    r->threads_seen = large(r->root, "threads");
    r->errors = large(r->root, "errors");
    r->suppressed = large(r->root, "suppressed");
    r->unwritten = large(r->root, "unwritten");
    read_lines(r, "blind_spots");
}

static struct zg_record *read_record(json_t *root)
{
    struct zg_record *r = zg_cli_alloc(sizeof(*r));

    r->root = root;
    r->count = 1;
    r->is_summary = strcmp(text(root, "record"), "summary") == 0;
    r->is_notice = strcmp(text(root, "record"), "notice") == 0;
    r->is_run = strcmp(text(root, "record"), "run") == 0;
    r->has_ended = r->is_run && strcmp(text(root, "state"), "ended") == 0;
    r->begun = text(root, "begun");
    r->kind = text(root, "kind");
    r->severity = text(root, "severity");
    r->sentence = text(root, r->is_notice ? "text" : "sentence");
    r->fingerprint = text(root, "fingerprint");
    r->time = text(root, "time");
    r->host = text(root, "host");
    r->program = text(root, "exe");
    r->test = test_of(root);
    r->where = text(root, "where");
    r->rule = text(root, "rule");
    r->fix = text(root, "fix");
    r->suppression = text(root, "suppression");
    r->pid = (int)number(root, "pid");
    if (r->is_summary)
        read_summary(r);
    else
        read_lines(r, "lines");
    read_events(r);
    if (!r->is_summary) /* where it is their number */
        read_threads(r);
    read_objects(r);
    read_endpoint(r);
    return r;
}

/* A record packed into a text of a collector's own object. */
static json_t *unpack(json_t *outer)
{
    static const char *const fields[] = {"log", "MESSAGE", "message", "msg"};

    for (size_t i = 0; i < ZG_COUNT(fields); i++) {
        const char *inner = strchr(text(outer, fields[i]), '{');
        json_t *root = inner == NULL ? NULL : json_loads(inner, JSON_DISABLE_EOF_CHECK, NULL);

        if (json_object_get(root, "zmqguard") != NULL)
            return root;
        json_decref(root);
    }
    return NULL;
}

static bool is_about_process(const json_t *root)
{
    const char *record = text(root, "record");

    return strcmp(record, "summary") == 0 || strcmp(record, "notice") == 0 ||
           strcmp(record, "run") == 0;
}

/* A line of the guard's text form: a finding or the exit summary, which says how many there were.
 */
static bool is_text_report(const char *line)
{
    static const char *const starts[] = {"ERROR: libzmqguard: ", "WARNING: libzmqguard: ",
                                         "SUMMARY: libzmqguard: ", "libzmqguard: summary (pid="};

    for (size_t i = 0; i < ZG_COUNT(starts); i++)
        if (strstr(line, starts[i]) != NULL)
            return true;
    return false;
}

static const char head[] = "{\"zmqguard\"";

/* The head of a record, which a collector may have put into a text of its own; or its first field
 * alone, where somebody has spread it over several lines. */
static bool is_head_of_record(const char *line, const char *start)
{
    size_t len = start == NULL ? 0 : strcspn(start, "\r\n");

    return strstr(line, head) != NULL || strstr(line, "{\\\"zmqguard\\\"") != NULL ||
           zg_str_starts(line + strspn(line, " \t[{"), "\"zmqguard\":") ||
           (len > 1 && len < sizeof(head) && strncmp(start, head, len) == 0);
}

static enum zg_record_fault fault_of(const char *line, const char *start)
{
    if (is_head_of_record(line, start))
        return ZG_RECORD_CUT;
    return is_text_report(line) ? ZG_RECORD_TEXT : ZG_RECORD_FOREIGN;
}

const char *zg_record_fault_text(enum zg_record_fault fault)
{
    static const char *const texts[] = {
        [ZG_RECORD_FOREIGN] = "no record",
        [ZG_RECORD_CUT] = "not a complete record",
        [ZG_RECORD_TEXT] = "a text report, not a record: records are made with format=json",
        [ZG_RECORD_SCHEMA] = "a record of another schema version",
        [ZG_RECORD_BINARY] = "not text: compressed, or damaged",
    };

    return texts[fault];
}

/* A record of this version. A finding that is neither error nor warning has no verdict. */
static bool is_known(const json_t *root)
{
    const char *severity = text(root, "severity");

    if (number(root, "zmqguard") != SCHEMA)
        return false;
    return is_about_process(root) ||
           (text(root, "kind")[0] != '\0' &&
            (strcmp(severity, "error") == 0 || strcmp(severity, "warning") == 0));
}

static void escape_string(json_t *string)
{
    const char *from = json_string_value(string);
    char *text = zg_cli_alloc(4 * strlen(from) + 1), *to = text;
    bool any = false, in_pair = false;

    for (; *from != '\0'; from++) {
        if (!in_pair && !zg_cli_is_control(from)) {
            *to++ = *from;
            continue;
        }
        to += sprintf(to, "\\x%02x", (unsigned char)*from);
        in_pair = !in_pair && (unsigned char)*from == 0xc2;
        any = true;
    }
    if (any)
        json_string_set(string, text);
    free(text);
}

/* No deeper than jansson reads. */
static void escape_strings(json_t *value)
{
    const char *key;
    json_t *one;
    size_t i;

    if (json_is_string(value))
        escape_string(value);
    json_object_foreach(value, key, one)
    {
        escape_strings(one);
    }
    json_array_foreach(value, i, one)
    {
        escape_strings(one);
    }
}

struct zg_record *zg_record_read(const char *line, const char **rest, enum zg_record_fault *fault)
{
    const char *start = strchr(line, '{');
    json_error_t end = {.position = 0};
    json_t *root = start == NULL ? NULL : json_loads(start, JSON_DISABLE_EOF_CHECK, &end);

    if (rest != NULL)
        *rest = root == NULL ? NULL : strstr(start + end.position, head);
    if (root != NULL && json_object_get(root, "zmqguard") == NULL) {
        json_t *inner = unpack(root);

        json_decref(root);
        root = inner;
    }
    if (root == NULL) {
        *fault = fault_of(line, start);
        return NULL;
    }
    if (is_known(root)) {
        escape_strings(root);
        return read_record(root);
    }
    *fault = ZG_RECORD_SCHEMA;
    json_decref(root);
    return NULL;
}

void zg_record_free(struct zg_record *r)
{
    if (r == NULL)
        return;
    for (size_t i = 0; i < r->event_count; i++)
        free(r->events[i].frames);
    for (size_t i = 0; i < r->owned_count; i++)
        free(r->owned[i]);
    free(r->owned);
    free(r->events);
    free(r->threads);
    free(r->objects);
    free(r->components);
    free(r->lines);
    json_decref(r->root);
    free(r);
}
