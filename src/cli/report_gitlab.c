/* SPDX-License-Identifier: MPL-2.0 */
/* GitLab's code quality report: https://docs.gitlab.com/ci/testing/code_quality/ */
#include <stdlib.h>

#include "cli/cli.h"
#include "cli/report.h"

static json_t *finding_of(const struct zg_group *group)
{
    const struct zg_record *r = group->records[0];
    const struct zg_frame *place = zg_record_place(r);
    char *path = zg_report_path(place), *count = zg_report_count_text(group);
    char *module = zg_report_readable(place != NULL ? place->module : r->program);
    char *other = zg_report_other_place(r);
    char *text = zg_cli_format("%s: %s (%s%s; seen %s). Fix: %s", r->kind, r->sentence, r->where,
                               other, count, r->fix);
    unsigned line = place != NULL && path[0] != '\0' && place->line > 0 ? place->line : 1;
    json_t *finding = json_pack(
        "{s:s, s:s, s:s, s:s, s:{s:s, s:{s:I}}}", "description", text, "check_name", r->kind,
        "fingerprint", r->fingerprint, "severity", zg_record_is_error(r) ? "critical" : "minor",
        "location", "path", path[0] != '\0' ? path : module, "lines", "begin", (json_int_t)line);

    free(path);
    free(other);
    free(count);
    free(module);
    free(text);
    return finding;
}

static json_t *problem_of(const char *problem, size_t n)
{
    char *fingerprint = zg_cli_format("incomplete-%zu", n);
    json_t *entry = json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:{s:i}}}", "description", problem,
                              "check_name", "incomplete", "fingerprint", fingerprint, "severity",
                              "blocker", "location", "path", "zmqguard", "lines", "begin", 1);

    free(fingerprint);
    return entry;
}

void zg_report_gitlab(const struct zg_groups *g, FILE *out)
{
    json_t *list = json_array();

    for (size_t i = 0; i < g->count; i++)
        if (g->groups[i].state != ZG_GROUP_KNOWN)
            json_array_append_new(list, finding_of(&g->groups[i]));
    for (size_t i = 0; i < g->problem_count; i++)
        json_array_append_new(list, problem_of(g->problems[i], i));
    json_dumpf(list, out, JSON_INDENT(2));
    fputc('\n', out);
    json_decref(list);
}
