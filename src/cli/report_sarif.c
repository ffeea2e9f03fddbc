/* SPDX-License-Identifier: MPL-2.0 */
/* SARIF 2.1.0: https://docs.oasis-open.org/sarif/sarif/v2.1.0/ */
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/report.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static json_t *message(const char *text)
{
    return json_pack("{s:s}", "text", text);
}

/* A path as a URI reference: what is not unreserved is percent-encoded (RFC 3986). */
static char *uri_of(const char *path)
{
    char *uri = zg_cli_alloc(3 * strlen(path) + sizeof("file://")), *to = uri;

    if (path[0] == '/')
        to = stpcpy(to, "file://");
    for (; *path != '\0'; path++) {
        if (isalnum((unsigned char)*path) || strchr("/-._~+", *path) != NULL)
            *to++ = *path;
        else
            to += sprintf(to, "%%%02X", (unsigned char)*path);
    }
    *to = '\0';
    return uri;
}

static json_t *region_of(const struct zg_frame *f)
{
    json_t *region = json_pack("{s:I}", "startLine", (json_int_t)(f->line > 0 ? f->line : 1));

    if (f->column > 0)
        json_object_set_new(region, "startColumn", json_integer(f->column));
    return region;
}

/* Where there is no source the module stands for it: GitHub takes no result without a file. */
static json_t *artifact_of(const struct zg_frame *f)
{
    char *path = zg_report_path(f), *module = zg_report_readable(f->module);
    char *uri = uri_of(path[0] != '\0' ? path : module);
    json_t *artifact = json_pack("{s:s}", "uri", uri);

    if (uri[0] != '\0' && strncmp(uri, "file://", 7) != 0)
        json_object_set_new(artifact, "uriBaseId", json_string("%SRCROOT%"));
    free(path);
    free(module);
    free(uri);
    return artifact;
}

static json_t *location_of(const struct zg_frame *f)
{
    json_t *physical = json_pack("{s:o}", "artifactLocation", artifact_of(f));
    json_t *location;

    if (f->file[0] != '\0')
        json_object_set_new(physical, "region", region_of(f));
    location = json_pack("{s:o}", "physicalLocation", physical);
    if (f->function[0] != '\0') {
        json_object_set_new(
            location, "logicalLocations",
            json_pack("[{s:s,s:s}]", "fullyQualifiedName", f->function, "kind", "function"));
        json_object_set_new(location, "message", message(f->function));
    }
    return location;
}

/* Flows go from the outermost call inwards. */
static json_t *flow_of(const struct zg_event *e)
{
    json_t *locations = json_array();

    for (size_t i = e->frame_count; i > 0; i--)
        json_array_append_new(locations,
                              json_pack("{s:o}", "location", location_of(&e->frames[i - 1])));
    return json_pack("{s:o,s:o}", "message", message(e->heading), "locations", locations);
}

static json_t *flows_of(const struct zg_record *r)
{
    const struct zg_event *both[] = {zg_record_accused(r), zg_record_other(r)};
    json_t *flows = json_array();

    for (size_t i = 0; i < ZG_COUNT(both); i++)
        if (both[i] != NULL && both[i]->frame_count > 0)
            json_array_append_new(flows, flow_of(both[i]));
    return flows;
}

static json_t *stacks_of(const struct zg_record *r)
{
    json_t *stacks = json_array();

    for (size_t i = 0; i < r->event_count; i++) {
        const struct zg_event *e = &r->events[i];
        json_t *frames = json_array();

        for (size_t k = 0; k < e->frame_count; k++)
            json_array_append_new(frames,
                                  json_pack("{s:o,s:s}", "location", location_of(&e->frames[k]),
                                            "module", e->frames[k].module));
        json_array_append_new(
            stacks, json_pack("{s:o,s:o}", "message", message(e->heading), "frames", frames));
    }
    return stacks;
}

static json_t *related_of(const struct zg_record *r)
{
    json_t *related = json_array();

    for (size_t i = 1; i < r->event_count; i++) {
        json_t *location;

        if (r->events[i].frame_count == 0)
            continue;
        location = location_of(&r->events[i].frames[0]);
        json_object_set_new(location, "id", json_integer((json_int_t)i));
        json_object_set_new(location, "message", message(r->events[i].heading));
        json_array_append_new(related, location);
    }
    return related;
}

static void add_facts(json_t *result, const struct zg_group *group)
{
    const struct zg_record *r = group->records[0];
    json_t *flows = flows_of(r);

    json_object_set_new(result, "partialFingerprints",
                        json_pack("{s:s}", "libzmqguard/v1", r->fingerprint));
    json_object_set_new(result, "occurrenceCount", json_integer((json_int_t)group->times));
    json_object_set_new(result, "relatedLocations", related_of(r));
    json_object_set_new(result, "stacks", stacks_of(r));
    json_object_set_new(result, "properties",
                        json_pack("{s:s, s:s, s:s, s:s}", "suppression", r->suppression,
                                  "firstSeen", group->first, "lastSeen", group->last, "host",
                                  r->host));
    if (json_array_size(flows) > 0)
        json_object_set_new(result, "codeFlows", json_pack("[{s:O}]", "threadFlows", flows));
    json_decref(flows);
}

static json_t *result_of(const struct zg_group *group, size_t rule)
{
    const struct zg_record *r = group->records[0];
    const struct zg_frame none = {.function = "", .file = "", .module = r->program};
    const struct zg_frame *place = zg_record_place(r);
    char *count = zg_report_count_text(group);
    char *text =
        zg_cli_format("%s. Rule: %s. Fix: %s. Seen %s.", r->sentence, r->rule, r->fix, count);
    json_t *result =
        json_pack("{s:s, s:i, s:s, s:o, s:[o]}", "ruleId", r->kind, "ruleIndex", (int)rule, "level",
                  zg_record_is_error(r) ? "error" : "warning", "message", message(text),
                  "locations", location_of(place != NULL ? place : &none));

    add_facts(result, group);
    if (group->state != ZG_GROUP_ALONE)
        json_object_set_new(result, "baselineState",
                            json_string(group->state == ZG_GROUP_NEW ? "new" : "unchanged"));
    free(count);
    free(text);
    return result;
}

/* The place of the kind in the list of rules; it is added when it is new. */
static size_t rule_of(json_t *rules, const struct zg_record *r)
{
    const json_t *rule;
    const char *why = zg_report_kind_rule(r->kind), *fix = zg_report_kind_fix(r->kind);
    size_t i;

    json_array_foreach(rules, i, rule)
    {
        if (strcmp(json_string_value(json_object_get(rule, "id")), r->kind) == 0)
            return i;
    }
    json_array_append_new(rules,
                          json_pack("{s:s, s:o, s:o, s:o, s:{s:s}}", "id", r->kind,
                                    "shortDescription", message(r->kind), "fullDescription",
                                    message(why[0] != '\0' ? why : r->rule), "help",
                                    message(fix[0] != '\0' ? fix : r->fix), "defaultConfiguration",
                                    "level", zg_record_is_error(r) ? "error" : "warning"));
    return i;
}

/* What kept findings from being read is the run's own failure, not a result. */
static json_t *invocation_of(const struct zg_groups *g)
{
    json_t *notes = json_array();

    for (size_t i = 0; i < g->problem_count; i++)
        json_array_append_new(
            notes, json_pack("{s:s, s:o}", "level", "error", "message", message(g->problems[i])));
    return json_pack("{s:b, s:o}", "executionSuccessful", g->problem_count == 0,
                     "toolExecutionNotifications", notes);
}

void zg_report_sarif(const struct zg_groups *g, FILE *out)
{
    json_t *rules = json_array(), *results = json_array(), *log;

    for (size_t i = 0; i < g->count; i++)
        json_array_append_new(results,
                              result_of(&g->groups[i], rule_of(rules, g->groups[i].records[0])));
    log = json_pack("{s:s, s:s, s:[{s:{s:{s:s, s:s, s:o}}, s:s, s:[o], s:o}]}", "$schema", SCHEMA,
                    "version", "2.1.0", "runs", "tool", "driver", "name", "libzmqguard", "version",
                    ZG_VERSION, "rules", rules, "columnKind", "utf16CodeUnits", "invocations",
                    invocation_of(g), "results", results);
    json_dumpf(log, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(log);
}
