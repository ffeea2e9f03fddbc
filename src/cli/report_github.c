/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Workflow commands of GitHub Actions. GitHub shows ten annotations of each type in a step and
 * drops the others without a word: those go to the step's summary, with a table of all findings.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/report.h"

#define ANNOTATIONS   10
#define SUMMARY_BYTES (900L * 1024) /* GitHub takes 1 MiB of a step */

/* The toolkit's escapes; in a property also for what separates properties. */
static void put_escaped(FILE *out, const char *text, bool in_property)
{
    for (; *text != '\0'; text++) {
        bool special = *text == '%' || *text == '\r' || *text == '\n' ||
                       (in_property && (*text == ':' || *text == ','));

        if (special)
            fprintf(out, "%%%02X", (unsigned char)*text);
        else
            fputc(*text, out);
    }
}

static void put_annotation(const struct zg_group *group, FILE *out)
{
    const struct zg_record *r = group->records[0];
    const struct zg_frame *place = zg_record_place(r);
    char *path = zg_report_path(place), *count = zg_report_count_text(group);
    char *other = zg_report_other_place(r);
    char *text = zg_cli_format("%s\n%s%s\nrule: %s\nfix: %s\nseen %s", r->sentence, r->where, other,
                               r->rule, r->fix, count);

    fprintf(out, "::%s ", zg_record_is_error(r) ? "error" : "warning");
    if (path[0] != '\0') {
        fputs("file=", out);
        put_escaped(out, path, true);
        if (place->line > 0)
            fprintf(out, ",line=%u", place->line);
        if (place->line > 0 && place->column > 0)
            fprintf(out, ",col=%u", place->column);
        fputc(',', out);
    }
    fputs("title=libzmqguard%3A ", out);
    put_escaped(out, r->kind, true);
    fputs("::", out);
    put_escaped(out, text, false);
    fputc('\n', out);
    free(path);
    free(other);
    free(count);
    free(text);
}

static void put_markdown(FILE *out, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("\\`*_{}[]<>()#+-!|~&", *text) != NULL)
            fprintf(out, "&#%d;", (unsigned char)*text);
        else
            fputc(*text == '\n' || *text == '\r' ? ' ' : *text, out);
    }
}

static void put_cell(FILE *out, const char *text)
{
    fputs(" | ", out);
    put_markdown(out, text);
}

static void put_row(const struct zg_group *group, FILE *out)
{
    const struct zg_record *r = group->records[0];
    char *count = zg_report_count_text(group);

    put_cell(out, r->severity);
    put_cell(out, r->kind);
    put_cell(out, r->where);
    put_cell(out, r->sentence);
    put_cell(out, count);
    fputs(" |\n", out);
    free(count);
}

/* A report's text holds no line that could end the fence: its lines are indented or known. */
static void put_details(const struct zg_group *group, FILE *out)
{
    char *text = zg_report_text_of(group->records[0]);

    fputs("\n<details><summary>", out);
    put_markdown(out, group->records[0]->where);
    fprintf(out, "</summary>\n\n~~~~~~~~text\n%s~~~~~~~~\n\n</details>\n", text);
    free(text);
}

static void put_summary(const struct zg_groups *g, FILE *out)
{
    size_t i;

    fprintf(out, "### libzmqguard: %zu error%s, %zu warning%s\n\n", g->errors,
            g->errors == 1 ? "" : "s", g->warnings, g->warnings == 1 ? "" : "s");
    for (i = 0; i < g->problem_count; i++) {
        fputs("**Incomplete:** ", out);
        put_markdown(out, g->problems[i]);
        fputs("\n\n", out);
    }
    if (g->count == 0)
        return;
    fputs(" | Severity | Kind | Where | What | Seen |\n | --- | --- | --- | --- | --- |\n", out);
    for (i = 0; i < g->count && ftell(out) < SUMMARY_BYTES; i++)
        if (g->groups[i].state != ZG_GROUP_KNOWN)
            put_row(&g->groups[i], out);
    if (i < g->count)
        fprintf(out, "\n%zu more are left out here.\n", g->count - i);
    for (i = 0; i < g->count && ftell(out) < SUMMARY_BYTES; i++)
        if (g->groups[i].state != ZG_GROUP_KNOWN)
            put_details(&g->groups[i], out);
}

static void append_summary(const struct zg_groups *g, const char *path)
{
    char *text = NULL;
    size_t size = 0;
    FILE *memory = open_memstream(&text, &size), *out = fopen(path, "ae");

    if (memory != NULL) {
        put_summary(g, memory);
        fclose(memory);
    }
    if (out == NULL || memory == NULL || fwrite(text, 1, size, out) != size)
        zg_cli_say("%s: %s", path, strerror(errno));
    if (out != NULL && fclose(out) != 0)
        zg_cli_say("%s: %s", path, strerror(errno));
    free(text);
}

/* For the log alone. */
static void put_plainly(const struct zg_group *group, FILE *out)
{
    const struct zg_record *r = group->records[0];

    fprintf(out, "not annotated: %s: %s: %s\n", r->severity, r->kind, r->where);
}

void zg_report_github(const struct zg_groups *g, FILE *out)
{
    const char *summary = getenv("GITHUB_STEP_SUMMARY");
    size_t shown[2] = {0, 0}, left = 0;

    for (size_t i = 0; i < g->problem_count; i++) {
        fputs("::error title=libzmqguard%3A incomplete::", out);
        put_escaped(out, g->problems[i], false);
        fputc('\n', out);
    }
    for (size_t i = 0; i < g->count; i++) {
        if (g->groups[i].state == ZG_GROUP_KNOWN)
            continue;
        if (shown[zg_record_is_error(g->groups[i].records[0])]++ < ANNOTATIONS)
            put_annotation(&g->groups[i], out);
        else if (left++ == 0 || summary == NULL)
            put_plainly(&g->groups[i], out);
    }
    if (summary != NULL && summary[0] != '\0')
        append_summary(g, summary);
    if (left > 1 && summary != NULL)
        fprintf(out, "and %zu more: see the step's summary\n", left - 1);
}
