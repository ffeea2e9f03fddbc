/* SPDX-License-Identifier: MPL-2.0 */
/* Gives a record to the layout of text reports; and what the other forms share. */
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/report.h"
#include "report/layout.h"
#include "report/name.h"

#define TEXT_BYTES ((size_t)1 << 20)

bool zg_report_all_frames;

static const char *line_of(const struct zg_layout *l, uint32_t n)
{
    const struct zg_record *r = l->source;

    return r->lines[n];
}

static void event_of(const struct zg_layout *l, uint32_t n, struct zg_layout_event *out)
{
    const struct zg_record *r = l->source;
    const struct zg_event *e = &r->events[n];

    *out = (struct zg_layout_event){e->heading, zg_record_is_use(e), (uint32_t)e->frame_count,
                                    e->unfollowed};
}

static void frame_of(const struct zg_layout *l, uint32_t event, uint32_t n,
                     struct zg_layout_frame *out)
{
    const struct zg_record *r = l->source;
    const struct zg_frame *f = &r->events[event].frames[n];

    *out = (struct zg_layout_frame){
        .function = f->function,
        .file = f->file,
        .line = f->line,
        .column = f->column,
        .module = f->module,
        .offset = f->offset,
        .symbol_offset = f->symbol_offset,
        .is_symbol = f->is_symbol,
        .is_script = f->is_script,
        .is_library = zg_record_is_library(r, f),
    };
    zg_str_copy(out->build_id, sizeof(out->build_id), f->build_id);
}

static void component_of(const struct zg_layout *l, uint32_t n, struct zg_layout_component *out)
{
    const struct zg_record *r = l->source;
    const struct zg_component *c = &r->components[n];

    *out = (struct zg_layout_component){
        .path = c->path,
        .type = c->type[0],
        .uid = c->uid,
        .gid = c->gid,
        .why = c->why,
        .is_offending = c->is_offending,
    };
    zg_str_copy(out->mode, sizeof(out->mode), c->mode);
}

void zg_report_text_record(const struct zg_record *r, FILE *out)
{
    static char text[TEXT_BYTES];
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    char *from = zg_cli_format("%s on %s%s%s, %s", r->program, r->host, r->test[0] ? ", test " : "",
                               r->test, r->time);
    struct zg_layout l = {
        .is_error = zg_record_is_error(r),
        .is_escaped = true,
        .all_frames = zg_report_all_frames,
        .kind = r->kind,
        .sentence = r->sentence,
        .rule = r->rule,
        .fix = r->fix,
        .suppression = r->suppression,
        .where = r->where,
        .expired = "",
        .from = from,
        .pid = r->pid,
        .line_count = (uint32_t)r->line_count,
        .event_count = (uint32_t)r->event_count,
        .component_count = (uint32_t)r->component_count,
        .endpoint = r->endpoint,
        .umask = r->umask,
        .peer = r->peer,
        .source = r,
        .line = line_of,
        .event = event_of,
        .frame = frame_of,
        .component = component_of,
    };

    zg_layout_write(&l, &zg_palette_plain, &b);
    fwrite(b.text, 1, b.len, out);
    free(from);
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

char *zg_report_other_place(const struct zg_record *r)
{
    const struct zg_event *other = zg_record_other(r);
    const struct zg_frame *f = other == NULL ? NULL : zg_record_first(r, other);
    char name_text[ZG_NAME_MAX + 1];
    struct zg_buf name = zg_buf_on(name_text, sizeof(name_text));

    if (f == NULL || (f->file[0] == '\0' && f->function[0] == '\0') || !zg_record_is_use(other))
        return zg_cli_copy("");
    zg_name_put(&name, f->function, ZG_NAME_MAX);
    if (f->file[0] == '\0')
        return zg_cli_format("; the other use: %s", name_text);
    return zg_cli_format("; the other use: %s:%u in %s", f->file, f->line, name_text);
}

char *zg_report_count_text(const struct zg_group *group)
{
    if (group->times == 1)
        return zg_cli_format("once, %s", group->first);
    /* A process that counts repetitions writes one time only. */
    bool once = strcmp(group->first, group->last) == 0;

    return zg_cli_format("%lu times, in %zu process%s on %zu host%s, first %s%s%s", group->times,
                         group->processes, group->processes == 1 ? "" : "es", group->hosts,
                         group->hosts == 1 ? "" : "s", group->first, once ? "" : ", last ",
                         once ? "" : group->last);
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

static void put_in_a_line(const char *state, const struct zg_group *group, FILE *out)
{
    const struct zg_record *r = group->records[0];

    fprintf(out, "%s: %s: %s %s\n", state, r->severity, r->kind, r->where);
}

/* After the new ones, which are written whole. */
static void put_comparison(const struct zg_groups *g, FILE *out)
{
    for (size_t i = 0; i < g->count; i++)
        if (g->groups[i].state == ZG_GROUP_KNOWN)
            put_in_a_line("still there", &g->groups[i], out);
    for (size_t i = 0; i < g->older->count; i++)
        if (g->older->groups[i].state == ZG_GROUP_GONE)
            put_in_a_line("gone", &g->older->groups[i], out);
    fprintf(out, "%zu new, %zu still there, %zu gone\n", zg_groups_in(g, ZG_GROUP_NEW),
            zg_groups_in(g, ZG_GROUP_KNOWN), zg_groups_in(g->older, ZG_GROUP_GONE));
}

void zg_report_text(const struct zg_groups *g, FILE *out)
{
    size_t shown = g->count - zg_groups_in(g, ZG_GROUP_KNOWN), n = 0;

    for (size_t i = 0; i < g->count; i++) {
        char *count = zg_report_count_text(&g->groups[i]);

        if (g->groups[i].state != ZG_GROUP_KNOWN) {
            fprintf(out, "%zu of %zu%s: seen %s\n", ++n, shown, g->older != NULL ? " new" : "",
                    count);
            zg_report_text_record(g->groups[i].records[0], out);
        }
        free(count);
    }
    if (g->older != NULL)
        put_comparison(g, out);
    fprintf(out, "%zu %serror%s, %zu %swarning%s in %zu record%s\n", g->errors,
            g->older != NULL ? "new " : "", g->errors == 1 ? "" : "s", g->warnings,
            g->older != NULL ? "new " : "", g->warnings == 1 ? "" : "s", g->records,
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

        if (g->groups[i].state == ZG_GROUP_KNOWN)
            continue;
        fprintf(out, "\n# %s (%s)\n%s\n", r->sentence, r->where, r->suppression);
    }
}

char *zg_report_readable(const char *escaped)
{
    char *raw = zg_record_unescape(escaped);

    if (zg_cli_is_printable(raw))
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
