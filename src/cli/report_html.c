/* SPDX-License-Identifier: MPL-2.0 */
/* One self-contained page: findings, both stacks side by side, and who owns what. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/html.h"
#include "cli/report.h"
#include "report/name.h"

#define PROCESSES 50 /* of a group listed at most */

static void open_tag(FILE *out, const char *tag, const char *class)
{
    fprintf(out, "<%s class=\"%s\">", tag, class);
}

static void wrapped(FILE *out, const char *tag, const char *class, const char *text)
{
    open_tag(out, tag, class);
    zg_html_text(out, text);
    fprintf(out, "</%s>", tag);
}

/* "2026-11-21 17:00:00" of a time in ISO 8601. */
static void put_time(FILE *out, const char *time)
{
    for (size_t i = 0; i < sizeof("2026-11-21 17:00:00") - 1 && time[i] != '\0'; i++) {
        char c[2] = {time[i], '\0'};

        zg_html_text(out, c[0] == 'T' ? " " : c);
    }
}

/* The whole name stands in the title. */
static void put_function(const struct zg_frame *f, FILE *out)
{
    static char text[ZG_NAME_MAX + 1];
    struct zg_buf b = zg_buf_on(text, sizeof(text));

    fputs("<span class=\"fn\" title=\"", out);
    zg_html_text(out, f->function);
    fputs("\">", out);
    zg_name_put(&b, f->function[0] != '\0' ? f->function : "??", ZG_NAME_MAX);
    zg_html_text(out, text);
    fputs("</span> <span class=\"at\">", out);
}

static void put_frame(const struct zg_record *r, const struct zg_frame *f, size_t n, FILE *out)
{
    const char *module = strrchr(f->module, '/');
    bool library = zg_record_is_library(r, f);

    fprintf(out, "<li data-n=\"%zu\" class=\"mono%s%s\" title=\"", n, library ? " library" : "",
            f->file[0] != '\0' && !library ? " here" : "");
    zg_html_text(out, f->module);
    if (!f->is_script)
        fprintf(out, "+0x%lx&#10;BuildId: ", f->offset);
    zg_html_text(out, f->build_id);
    fputs("\">", out);
    put_function(f, out);
    if (f->file[0] != '\0') {
        zg_html_text(out, f->file);
        fprintf(out, ":%u", f->line);
        if (f->column > 0)
            fprintf(out, ":%u", f->column);
    } else {
        zg_html_text(out, module == NULL ? f->module : module + 1);
        fprintf(out, "+0x%lx", f->offset);
    }
    fputs("</span></li>\n", out);
}

static size_t put_frames(const struct zg_record *r, const struct zg_event *e, bool library,
                         FILE *out)
{
    size_t n = 0;

    fputs("<ol>\n", out);
    for (size_t i = 0; i < e->frame_count; i++) {
        if (zg_record_is_library(r, &e->frames[i]) != library)
            continue;
        put_frame(r, &e->frames[i], i, out);
        n++;
    }
    fputs("</ol>\n", out);
    return n;
}

/* The reader's own frames; those of libraries are folded beside them, and shown alone else. */
static void put_stack(const struct zg_record *r, const struct zg_event *e, const char *class,
                      FILE *out)
{
    const struct zg_event *same = zg_record_same_stack(r, e);
    size_t own = 0;

    fprintf(out, "<div class=\"stack %s\"><h3>", class);
    zg_html_text(out, e->heading);
    fputs("</h3>\n", out);
    for (size_t i = 0; i < e->frame_count; i++)
        own += !zg_record_is_library(r, &e->frames[i]);
    if (e->frame_count == 0) {
        fputs("<p class=\"soft\">no stack</p>", out);
    } else if (same != NULL) {
        fputs("<p class=\"soft\">the same stack as: ", out);
        zg_html_text(out, same->heading);
        fputs("</p>", out);
    } else if (own == 0) {
        put_frames(r, e, true, out);
    } else {
        put_frames(r, e, false, out);
        if (own < e->frame_count) {
            fprintf(out, "<details class=\"folded\"><summary>%zu frame%s of libraries</summary>\n",
                    e->frame_count - own, e->frame_count - own == 1 ? "" : "s");
            put_frames(r, e, true, out);
            fputs("</details>", out);
        }
    }
    if (same == NULL && e->unfollowed[0] != '\0') {
        fputs("<p class=\"soft\">frames of ", out);
        zg_html_text(out, e->unfollowed);
        fputs(" are not followed</p>", out);
    }
    fputs("</div>\n", out);
}

static void put_stacks(const struct zg_record *r, FILE *out)
{
    const struct zg_event *accused = zg_record_accused(r), *other = zg_record_other(r);
    size_t more = 0;

    if (accused != NULL) {
        open_tag(out, "div", "stacks");
        put_stack(r, accused, "accused", out);
        if (other != NULL)
            put_stack(r, other, "other", out);
        fputs("</div>\n", out);
    }
    for (size_t i = 0; i < r->line_count; i++)
        wrapped(out, "p", "soft", r->lines[i]);
    for (size_t i = 0; i < r->event_count; i++)
        more += &r->events[i] != accused && &r->events[i] != other;
    if (more == 0)
        return;
    fprintf(out, "<details><summary>Where they were created (%zu more stack%s)</summary>\n", more,
            more == 1 ? "" : "s");
    for (size_t i = 0; i < r->event_count; i++)
        if (&r->events[i] != accused && &r->events[i] != other)
            put_stack(r, &r->events[i], "", out);
    fputs("</details>\n", out);
}

static void put_endpoint(const struct zg_record *r, FILE *out)
{
    if (r->endpoint[0] == '\0')
        return;
    fputs("<p>Endpoint ", out);
    wrapped(out, "code", "", r->endpoint);
    if (r->umask[0] != '\0')
        fprintf(out, ", umask %s at bind", r->umask);
    if (r->peer[0] != '\0') {
        fputs(", peer: ", out);
        zg_html_text(out, r->peer);
    }
    fputs("</p>\n", out);
    if (r->component_count == 0)
        return;
    fputs("<div class=\"scroll\"><table class=\"path\"><tr><th>Path<th>Mode<th class=\"num\">Uid"
          "<th class=\"num\">Gid<th>What is wrong</tr>\n",
          out);
    for (size_t i = 0; i < r->component_count; i++) {
        const struct zg_component *c = &r->components[i];

        fprintf(out, "<tr%s><td class=\"mono\">",
                c->is_offending || c->why[0] != '\0' ? " class=\"bad\"" : "");
        zg_html_text(out, c->path);
        fputs("<td class=\"mono\">", out);
        zg_html_text(out, c->type);
        fputc(' ', out);
        zg_html_text(out, c->mode);
        fprintf(out, "<td class=\"num\">%u<td class=\"num\">%u<td>", c->uid, c->gid);
        zg_html_text(out, c->why);
        fputs("</tr>\n", out);
    }
    fputs("</table></div>\n", out);
}

static void put_advice(const struct zg_record *r, FILE *out)
{
    static const char *const names[] = {"Rule", "Fix"};
    const char *texts[] = {r->rule, r->fix};

    fputs("<dl class=\"advice\">", out);
    for (size_t i = 0; i < ZG_COUNT(names); i++) {
        fprintf(out, "<dt>%s</dt><dd>", names[i]);
        zg_html_text(out, texts[i]);
        fputs("</dd>\n", out);
    }
    fputs("<dt>Suppression</dt><dd>", out);
    wrapped(out, "code", "", r->suppression);
    fputs("</dd></dl>\n", out);
}

static void put_processes(const struct zg_group *group, FILE *out)
{
    fprintf(out, "<details><summary>Seen in %zu process%s on %zu host%s</summary>\n",
            group->processes, group->processes == 1 ? "" : "es", group->hosts,
            group->hosts == 1 ? "" : "s");
    fputs("<div class=\"scroll\"><table><tr><th>Time<th>Host<th class=\"num\">Pid<th>Program"
          "<th>Test</tr>\n",
          out);
    for (size_t i = 0; i < group->count && i < PROCESSES; i++) {
        const struct zg_record *r = group->records[i];

        fputs("<tr><td class=\"when\">", out);
        put_time(out, r->time);
        fputs("<td>", out);
        zg_html_text(out, r->host);
        fprintf(out, "<td class=\"num\">%d<td class=\"mono\">", r->pid);
        zg_html_text(out, r->program);
        fputs("<td>", out);
        zg_html_text(out, r->test);
        fputs("</tr>\n", out);
    }
    fputs("</table></div>", out);
    if (group->count > PROCESSES)
        fprintf(out, "<p class=\"soft\">and %zu more</p>", group->count - PROCESSES);
    fputs("</details>\n", out);
}

static const char *state_name(const struct zg_group *group)
{
    static const char *const names[] = {"", "new", "still there", "gone"};

    return names[group->state];
}

static void put_state(const struct zg_group *group, FILE *out)
{
    if (group->state != ZG_GROUP_ALONE)
        fprintf(out, "<span class=\"badge %s\">%s</span> ",
                group->state == ZG_GROUP_NEW ? "new" : "known", state_name(group));
}

static void put_finding(const struct zg_group *group, size_t n, FILE *out)
{
    const struct zg_record *r = group->records[0];
    const char *severity = zg_record_is_error(r) ? "error" : "warning";

    fprintf(out, "<section class=\"card finding %s\" id=\"f%zu\" data-kind=\"", severity, n);
    zg_html_text(out, r->kind);
    fprintf(out, "\" data-state=\"%s\"><div class=\"body\">\n", state_name(group));
    fputs("<div class=\"top\">", out);
    wrapped(out, "span", "badge", r->kind);
    put_state(group, out);
    wrapped(out, "code", "", r->where);
    fprintf(out, "<span class=\"count soft\">seen %lu time%s</span></div>\n<h2>", group->times,
            group->times == 1 ? "" : "s");
    zg_html_text(out, r->sentence);
    fputs("</h2>\n", out);
    put_stacks(r, out);
    zg_html_drawing((const struct zg_record *const *)group->records, 1, out);
    put_endpoint(r, out);
    put_advice(r, out);
    put_processes(group, out);
    fputs("</div></section>\n", out);
}

static void put_overview(const struct zg_groups *g, FILE *out)
{
    fputs("<div class=\"card\"><div class=\"scroll\"><table "
          "class=\"index\"><tr><th>Kind<th>Where<th>What"
          "<th class=\"num\">Seen<th>Last</tr>\n",
          out);
    for (size_t i = 0; i < g->count; i++) {
        const struct zg_group *group = &g->groups[i];
        const struct zg_record *r = group->records[0];

        fprintf(out, "<tr data-of=\"f%zu\" data-state=\"%s\" data-kind=\"", i + 1,
                state_name(group));
        zg_html_text(out, r->kind);
        fprintf(out, "\"><td><span class=\"badge %s\">",
                zg_record_is_error(r) ? "error" : "warning");
        zg_html_text(out, r->kind);
        fputs("</span> ", out);
        put_state(group, out);
        fprintf(out, "<td><a class=\"mono\" href=\"#f%zu\">", i + 1);
        zg_html_text(out, r->where);
        fputs("</a><td>", out);
        zg_html_text(out, r->sentence);
        fprintf(out, "<td class=\"num\">%lu<td class=\"when\">", group->times);
        put_time(out, group->last);
        fputs("</tr>\n", out);
    }
    fputs("</table></div></div>\n", out);
}

static bool same_process(const struct zg_record *a, const struct zg_record *b)
{
    return a->pid == b->pid && strcmp(a->host, b->host) == 0;
}

/* Of how many groups does the process have a record? Fills in the records. */
static size_t findings_of(const struct zg_groups *g, const struct zg_record *process,
                          const struct zg_record **records)
{
    size_t n = 0;

    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < g->groups[i].count; k++) {
            if (!same_process(g->groups[i].records[k], process))
                continue;
            records[n++] = g->groups[i].records[k];
            break;
        }
    }
    return n;
}

/* All of the process that has the most findings, when it has several: who owns what. */
static void put_process(const struct zg_groups *g, FILE *out)
{
    const struct zg_record **records = zg_cli_alloc((g->count + 1) * sizeof(const void *));
    const struct zg_record *most = NULL;
    size_t best = 1;

    for (size_t i = 0; i < g->count; i++) {
        size_t n = findings_of(g, g->groups[i].records[0], records);

        most = n > best ? g->groups[i].records[0] : most;
        best = n > best ? n : best;
    }
    if (most != NULL) {
        fputs("<section class=\"card\"><div class=\"body\"><h2>Who owns what in ", out);
        zg_html_text(out, most->program);
        fprintf(out, " (pid %d on ", most->pid);
        zg_html_text(out, most->host);
        fputs(")</h2>\n", out);
        zg_html_drawing(records, findings_of(g, most, records), out);
        fputs("</div></section>\n", out);
    }
    free(records);
}

static void put_legend(FILE *out)
{
    fputs("<p class=\"soft legend\"><span class=\"key owner\"></span> the owner and its last or "
          "current call <span class=\"key accused\"></span> what breaks the rule "
          "<span class=\"key made\"></span> created</p>\n",
          out);
}

static void put_proof(const struct zg_groups *g, FILE *out)
{
    for (size_t i = 0; i < g->problem_count; i++) {
        fputs("<p><span class=\"badge error\">incomplete</span> ", out);
        zg_html_text(out, g->problems[i]);
        fputs("</p>\n", out);
    }
    if (g->summary_count == 0)
        return;
    fprintf(out,
            "<p class=\"soft\">%zu process%s ended and checked %lu calls, %lu sockets, "
            "%lu threads</p>\n",
            g->summary_count, g->summary_count == 1 ? "" : "es", g->calls, g->sockets, g->threads);
    for (size_t i = 0; i < g->summary_count; i++) {
        for (size_t k = 0; k < g->summaries[i]->line_count; k++) {
            fputs("<p><span class=\"badge warning\">blind spot</span> ", out);
            zg_html_text(out, g->summaries[i]->program);
            fputs(": ", out);
            zg_html_text(out, g->summaries[i]->lines[k]);
            fputs("</p>\n", out);
        }
    }
}

/* Shown by the script: a box that does nothing is worse than none. */
static void put_filter(const struct zg_groups *g, FILE *out)
{
    fputs("<form id=\"filter\" hidden><input type=\"search\" name=\"text\" aria-label=\"Text\" "
          "placeholder=\"Function, file, endpoint, host\">"
          "<select name=\"kind\" aria-label=\"Kind\"><option value=\"\">all kinds</option>",
          out);
    for (size_t i = 0; i < g->count; i++) {
        size_t k = 0;

        while (k < i && strcmp(g->groups[k].records[0]->kind, g->groups[i].records[0]->kind) != 0)
            k++;
        if (k == i)
            wrapped(out, "option", "", g->groups[i].records[0]->kind);
        if (k == i)
            fputc('\n', out);
    }
    fputs("</select>", out);
    if (g->older != NULL)
        fputs("<select name=\"state\" aria-label=\"State\"><option value=\"\">all states</option>"
              "<option>new</option><option>still there</option></select>",
              out);
    fputs("<span id=\"shown\" class=\"soft\"></span></form>\n", out);
}

static void put_gone(const struct zg_groups *older, FILE *out)
{
    fprintf(out,
            "<section class=\"card\"><div class=\"body\"><h2>%zu gone since the older job</h2>\n",
            zg_groups_in(older, ZG_GROUP_GONE));
    for (size_t i = 0; i < older->count; i++) {
        const struct zg_record *r = older->groups[i].records[0];

        if (older->groups[i].state != ZG_GROUP_GONE)
            continue;
        fputs("<p><span class=\"badge known\">", out);
        zg_html_text(out, r->kind);
        fputs("</span> ", out);
        wrapped(out, "code", "", r->where);
        fputs("</p>\n", out);
    }
    fputs("</div></section>\n", out);
}

void zg_report_html(const struct zg_groups *g, FILE *out)
{
    fprintf(out,
            "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\n"
            "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">\n"
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
            "style-src 'unsafe-inline'; script-src '%s'\">\n"
            "<title>libzmqguard report</title>\n<style>\n",
            zg_html_script_hash);
    fputs(zg_html_style, out);
    fputs("</style></head><body>\n", out);
    fputs(zg_html_markers, out);
    fprintf(out,
            "<header><h1>libzmqguard report</h1><p class=\"soft\">%zu %serror%s, %zu %swarning%s, "
            "from %zu record%s</p>\n",
            g->errors, g->older != NULL ? "new " : "", g->errors == 1 ? "" : "s", g->warnings,
            g->older != NULL ? "new " : "", g->warnings == 1 ? "" : "s", g->records,
            g->records == 1 ? "" : "s");
    put_proof(g, out);
    if (g->count > 0)
        put_filter(g, out);
    fputs("</header>\n<main>\n", out);
    if (g->count == 0 && g->problem_count == 0)
        fputs("<div class=\"card\"><div class=\"body\">No findings.</div></div>\n", out);
    if (g->count > 0) {
        put_overview(g, out);
        put_legend(out);
        put_process(g, out);
    }
    for (size_t i = 0; i < g->count; i++)
        put_finding(&g->groups[i], i + 1, out);
    if (g->older != NULL)
        put_gone(g->older, out);
    fprintf(out, "<script>%s</script>", zg_html_script);
    fputs("</main><footer>Made by zmqguard " ZG_VERSION ". The kinds and rules are explained in "
          "libzmqguard(7).</footer></body></html>\n",
          out);
}
