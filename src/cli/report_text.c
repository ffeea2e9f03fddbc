/* SPDX-License-Identifier: MPL-2.0 */
/* The guard's own text report, from a record; and what the other forms share. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/report.h"

#define RULE "=================================================================="

static void put_frame(const struct zg_frame *f, size_t n, FILE *out)
{
    const char *module = strrchr(f->module, '/');

    fprintf(out, "    #%zu %s", n, f->function[0] != '\0' ? f->function : "??");
    if (f->file[0] != '\0')
        fprintf(out, " %s:%u", f->file, f->line);
    if (f->file[0] != '\0' && f->column != 0)
        fprintf(out, ":%u", f->column);
    /* The whole path where somebody has still to find the file. A place in a script has none. */
    if (f->module[0] != '\0')
        fprintf(out, " (%s+0x%lx)", module == NULL || f->file[0] == '\0' ? f->module : module + 1,
                f->offset);
    if (f->build_id[0] != '\0')
        fprintf(out, " (BuildId: %s)", f->build_id);
    fputc('\n', out);
}

static void put_event(const struct zg_event *e, FILE *out)
{
    fprintf(out, "  %s:\n", e->heading);
    for (size_t i = 0; i < e->frame_count; i++)
        put_frame(&e->frames[i], i, out);
    if (e->frame_count == 0)
        fputs("    (no stack)\n", out);
    else if (e->unfollowed[0] != '\0')
        fprintf(out, "    (frames of %s are not followed)\n", e->unfollowed);
}

static const char *type_name(const char *type)
{
    static const struct {
        char type;
        const char *name;
    } names[] = {{'d', "directory"}, {'s', "socket"}, {'l', "link"}, {'-', "file"}};

    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (type[0] == names[i].type)
            return names[i].name;
    return "unknown";
}

static void put_endpoint(const struct zg_record *r, FILE *out)
{
    if (r->endpoint[0] == '\0')
        return;
    fprintf(out, "  endpoint %s", r->endpoint);
    if (r->umask[0] != '\0')
        fprintf(out, ", umask %s at bind", r->umask);
    fputs(r->component_count > 0 ? ":\n" : "\n", out);
    for (size_t i = 0; i < r->component_count; i++) {
        const struct zg_component *c = &r->components[i];

        fprintf(out, "    %s: %s, mode %s, uid %u, gid %u", c->path, type_name(c->type), c->mode,
                c->uid, c->gid);
        if (c->why[0] != '\0')
            fprintf(out, " <- %s", c->why);
        else if (c->is_offending)
            fputs(" <- this one", out);
        fputc('\n', out);
    }
    if (r->peer[0] != '\0')
        fprintf(out, "  peer: %s\n", r->peer);
}

void zg_report_text_record(const struct zg_record *r, FILE *out)
{
    bool is_error = zg_record_is_error(r);

    fprintf(out, RULE "\n%s: libzmqguard: %s: %s (pid=%d)\n", is_error ? "ERROR" : "WARNING",
            r->kind, r->sentence, r->pid);
    for (size_t i = 0; i < r->line_count; i++)
        fprintf(out, "  %s\n", r->lines[i]);
    for (size_t i = 0; i < r->event_count; i++)
        put_event(&r->events[i], out);
    put_endpoint(r, out);
    fprintf(out, "  rule: %s\n  fix:  %s; one-line suppression: %s\n", r->rule, r->fix,
            r->suppression);
    fprintf(out, "  from: %s on %s%s%s, %s\n", r->program, r->host, r->test[0] ? ", test " : "",
            r->test, r->time);
    if (is_error)
        fprintf(out, "SUMMARY: libzmqguard: %s %s\n", r->kind, r->where);
    fputs(RULE "\n", out);
}

char *zg_report_text_of(const struct zg_record *r)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    if (f == NULL)
        return zg_cli_copy("");
    zg_report_text_record(r, f);
    fclose(f);
    return text;
}

char *zg_report_count_text(const struct zg_group *group)
{
    if (group->times == 1)
        return zg_cli_format("once, %s", group->first);
    return zg_cli_format("%lu times, in %zu process%s on %zu host%s, first %s, last %s",
                         group->times, group->processes, group->processes == 1 ? "" : "es",
                         group->hosts, group->hosts == 1 ? "" : "s", group->first, group->last);
}

/* A green result counts only where calls were seen. */
void zg_report_proof(const struct zg_groups *g, FILE *out)
{
    if (g->ended_runs > 0)
        fprintf(out, "%zu run%s ended\n", g->ended_runs, g->ended_runs == 1 ? "" : "s");
    for (size_t i = 0; i < g->problem_count; i++)
        fprintf(out, "incomplete: %s\n", g->problems[i]);
    if (g->summary_count == 0)
        return;
    fprintf(out, "%zu process%s ended and checked %lu call%s, %lu socket%s, %lu thread%s\n",
            g->summary_count, g->summary_count == 1 ? "" : "es", g->calls, g->calls == 1 ? "" : "s",
            g->sockets, g->sockets == 1 ? "" : "s", g->threads, g->threads == 1 ? "" : "s");
    for (size_t i = 0; i < g->summary_count; i++) {
        const struct zg_record *s = g->summaries[i];

        for (size_t k = 0; k < s->line_count; k++)
            fprintf(out, "blind spot in %s (pid=%d on %s): %s\n", s->program, s->pid, s->host,
                    s->lines[k]);
        if (s->unwritten > 0)
            fprintf(out, "%lu findings of %s (pid=%d on %s) were not written (max_reports=)\n",
                    s->unwritten, s->program, s->pid, s->host);
    }
}

void zg_report_text(const struct zg_groups *g, FILE *out)
{
    for (size_t i = 0; i < g->count; i++) {
        char *count = zg_report_count_text(&g->groups[i]);

        fprintf(out, "%zu of %zu: seen %s\n", i + 1, g->count, count);
        zg_report_text_record(g->groups[i].records[0], out);
        free(count);
    }
    fprintf(out, "%zu error%s, %zu warning%s in %zu record%s\n", g->errors,
            g->errors == 1 ? "" : "s", g->warnings, g->warnings == 1 ? "" : "s", g->records,
            g->records == 1 ? "" : "s");
    zg_report_proof(g, out);
}

void zg_report_suppressions(const struct zg_groups *g, FILE *out)
{
    fputs("# Suppressions of libzmqguard: KIND:PATTERN [expires=YYYY-MM-DD]\n", out);
    for (size_t i = 0; i < g->problem_count; i++)
        fprintf(out, "# incomplete: %s\n", g->problems[i]);
    for (size_t i = 0; i < g->count; i++) {
        const struct zg_record *r = g->groups[i].records[0];

        fprintf(out, "\n# %s (%s)\n%s\n", r->sentence, r->where, r->suppression);
    }
}

char *zg_report_readable(const char *escaped)
{
    char *raw = zg_record_unescape(escaped);
    json_t *as_json = json_string(raw); /* NULL when it is not UTF-8 */
    bool is_clean = as_json != NULL;

    for (const char *p = raw; *p != '\0'; p++)
        is_clean &= (unsigned char)*p >= ' ' && *p != 0x7f;
    json_decref(as_json);
    if (is_clean)
        return raw;
    free(raw);
    return zg_cli_copy(escaped);
}

char *zg_report_path(const struct zg_frame *place)
{
    char here[PATH_MAX];
    char *path = zg_report_readable(place == NULL ? "" : place->file);
    size_t n;

    if (getcwd(here, sizeof(here)) == NULL)
        return path;
    n = strlen(here);
    if (strncmp(path, here, n) == 0 && path[n] == '/')
        memmove(path, path + n + 1, strlen(path + n + 1) + 1);
    else if (zg_str_starts(path, "./"))
        memmove(path, path + 2, strlen(path + 2) + 1);
    return path;
}

static const struct {
    const char *name, *rule, *fix;
} kinds[] = {
#define ZG_KIND(symbol, name, severity, family, rule, fix) {name, rule, fix},
#include "report/kinds.def"
#undef ZG_KIND
};

const char *zg_report_kind_rule(const char *kind)
{
    for (size_t i = 0; i < ZG_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].rule;
    return "";
}

const char *zg_report_kind_fix(const char *kind)
{
    for (size_t i = 0; i < ZG_COUNT(kinds); i++)
        if (strcmp(kinds[i].name, kind) == 0)
            return kinds[i].fix;
    return "";
}
