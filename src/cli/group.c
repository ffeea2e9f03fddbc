/* SPDX-License-Identifier: MPL-2.0 */
/* Groups records of the same finding. */
#include "cli/group.h"

#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

/* Records without a fingerprint are the same finding when they say the same. */
static bool equal(const struct zg_record *a, const struct zg_record *b)
{
    if (strcmp(a->kind, b->kind) != 0)
        return false;
    if (a->fingerprint[0] != '\0' || b->fingerprint[0] != '\0')
        return strcmp(a->fingerprint, b->fingerprint) == 0;
    return strcmp(a->where, b->where) == 0 && strcmp(a->sentence, b->sentence) == 0;
}

void zg_groups_add(struct zg_groups *g, struct zg_record *r)
{
    struct zg_group *group = NULL;

    if (r->is_summary) {
        g->summaries = zg_cli_grow(g->summaries, g->summary_count + 1, sizeof(struct zg_record *));
        g->summaries[g->summary_count++] = r;
        return;
    }
    if (r->is_run) {
        g->runs = zg_cli_grow(g->runs, g->run_count + 1, sizeof(struct zg_record *));
        g->runs[g->run_count++] = r;
        return;
    }
    for (size_t i = 0; i < g->count && group == NULL; i++)
        if (equal(g->groups[i].records[0], r))
            group = &g->groups[i];
    if (group == NULL) {
        g->groups = zg_cli_grow(g->groups, g->count + 1, sizeof(*g->groups));
        group = &g->groups[g->count++];
        memset(group, 0, sizeof(*group));
    }
    group->records = zg_cli_grow(group->records, group->count + 1, sizeof(struct zg_record *));
    group->records[group->count++] = r;
    g->records++;
}

static int by_time(const void *a, const void *b)
{
    const struct zg_record *const *left = a, *const *right = b;

    return strcmp((*left)->time, (*right)->time); /* ISO 8601 in UTC sorts as text */
}

static int by_process(const void *a, const void *b)
{
    const struct zg_record *const *left = a, *const *right = b;
    int hosts = strcmp((*left)->host, (*right)->host);

    return hosts != 0 ? hosts : ((*left)->pid > (*right)->pid) - ((*left)->pid < (*right)->pid);
}

static void count_processes(struct zg_group *group)
{
    qsort(group->records, group->count, sizeof(struct zg_record *), by_process);
    group->processes = group->hosts = 1;
    for (size_t i = 1; i < group->count; i++) {
        group->processes += by_process(&group->records[i - 1], &group->records[i]) != 0;
        group->hosts += strcmp(group->records[i - 1]->host, group->records[i]->host) != 0;
    }
}

static bool has_lines(const struct zg_record *r)
{
    const struct zg_frame *place = zg_record_place(r);

    return place != NULL && place->file[0] != '\0';
}

/* The group shows a record that has line numbers, rather than one of a stripped build. */
static void choose_speaker(struct zg_group *group)
{
    for (size_t i = 0; i < group->count; i++) {
        struct zg_record *r = group->records[i];

        if (!has_lines(r))
            continue;
        memmove(&group->records[1], &group->records[0], i * sizeof(struct zg_record *));
        group->records[0] = r;
        return;
    }
}

static int by_weight(const void *a, const void *b)
{
    const struct zg_group *left = a, *right = b;
    int errors = zg_record_is_error(right->records[0]) - zg_record_is_error(left->records[0]);

    if (errors != 0)
        return errors;
    errors = strcmp(left->first, right->first);
    return errors != 0 ? errors : strcmp(left->records[0]->where, right->records[0]->where);
}

/* The record of this process with this kind and place. The summary may have cut the place short. */
static struct zg_record *record_of(struct zg_groups *g, const struct zg_record *summary,
                                   const json_t *repeated)
{
    const char *kind = json_string_value(json_object_get(repeated, "kind"));
    const char *where = json_string_value(json_object_get(repeated, "where"));

    for (size_t i = 0; kind != NULL && where != NULL && i < g->count; i++) {
        for (size_t k = 0; k < g->groups[i].count; k++) {
            struct zg_record *r = g->groups[i].records[k];

            if (r->count == 1 && by_process(&r, &summary) == 0 && strcmp(r->kind, kind) == 0 &&
                strncmp(r->where, where, strlen(where)) == 0)
                return r;
        }
    }
    return NULL;
}

static void take_summary(struct zg_groups *g, const struct zg_record *summary)
{
    const json_t *list = json_object_get(summary->root, "repeated_findings"), *repeated;
    size_t i;

    g->calls += summary->calls;
    g->sockets += summary->sockets;
    g->threads += summary->threads_seen;
    json_array_foreach(list, i, repeated)
    {
        struct zg_record *r = record_of(g, summary, repeated);
        json_int_t count = json_integer_value(json_object_get(repeated, "count"));

        if (r != NULL && count > 1)
            r->count = (uint64_t)count;
    }
}

/* Has the run that began with this record ended? The record of its end repeats the time. */
static bool has_end(const struct zg_groups *g, const struct zg_record *begin)
{
    for (size_t i = 0; i < g->run_count; i++)
        if (g->runs[i]->has_ended && by_process(&g->runs[i], &begin) == 0 &&
            strcmp(g->runs[i]->begun, begin->time) == 0)
            return true;
    return false;
}

static void add_problem(struct zg_groups *g, char *text)
{
    zg_cli_say("%s", text);
    g->problems = zg_cli_grow(g->problems, g->problem_count + 1, sizeof(*g->problems));
    g->problems[g->problem_count++] = text;
}

static void judge_runs(struct zg_groups *g)
{
    for (size_t i = 0; i < g->run_count; i++) {
        const struct zg_record *r = g->runs[i];

        if (r->has_ended) {
            g->ended_runs++;
            continue;
        }
        if (has_end(g, r))
            continue;
        add_problem(g, zg_cli_format("a run of %s (pid=%d on %s, since %s) has no end: it still "
                                     "runs, or zmqguard run was killed",
                                     r->program, r->pid, r->host, r->time));
    }
}

static bool has_error_of(const struct zg_groups *g, const struct zg_record *summary)
{
    for (size_t i = 0; i < g->count; i++)
        for (size_t k = 0; k < g->groups[i].count; k++)
            if (zg_record_is_error(g->groups[i].records[k]) &&
                by_process(&g->groups[i].records[k], &summary) == 0)
                return true;
    return false;
}

/* A process that counts errors of which there is no record: in a file that is not here. */
static void judge_summaries(struct zg_groups *g)
{
    for (size_t i = 0; i < g->summary_count; i++) {
        const struct zg_record *s = g->summaries[i];

        if (s->errors > 0 && !has_error_of(g, s))
            add_problem(g, zg_cli_format("%s (pid=%d on %s) counts %lu error%s, of which there is "
                                         "no record here",
                                         s->program, s->pid, s->host, s->errors,
                                         s->errors == 1 ? "" : "s"));
    }
}

void zg_groups_finish(struct zg_groups *g)
{
    judge_runs(g);
    judge_summaries(g);
    for (size_t i = 0; i < g->summary_count; i++)
        take_summary(g, g->summaries[i]);
    for (size_t i = 0; i < g->count; i++) {
        struct zg_group *group = &g->groups[i];

        count_processes(group);
        qsort(group->records, group->count, sizeof(struct zg_record *), by_time);
        group->first = group->records[0]->time;
        group->last = group->records[group->count - 1]->time;
        for (size_t k = 0; k < group->count; k++)
            group->times += group->records[k]->count;
        choose_speaker(group);
        if (zg_record_is_error(group->records[0]))
            g->errors++;
        else
            g->warnings++;
    }
    if (g->count > 0)
        qsort(g->groups, g->count, sizeof(*g->groups), by_weight);
}

static bool has(const struct zg_groups *g, const struct zg_group *group)
{
    for (size_t i = 0; i < g->count; i++)
        if (equal(g->groups[i].records[0], group->records[0]))
            return true;
    return false;
}

void zg_groups_compare(struct zg_groups *g, struct zg_groups *older)
{
    g->older = older;
    g->errors = g->warnings = 0;
    for (size_t i = 0; i < g->count; i++) {
        struct zg_group *group = &g->groups[i];

        group->state = has(older, group) ? ZG_GROUP_KNOWN : ZG_GROUP_NEW;
        if (group->state == ZG_GROUP_NEW && zg_record_is_error(group->records[0]))
            g->errors++;
        else if (group->state == ZG_GROUP_NEW)
            g->warnings++;
    }
    for (size_t i = 0; i < g->summary_count; i++)
        if (g->summaries[i]->unwritten > 0)
            add_problem(g,
                        zg_cli_format("%s (pid=%d on %s) had %lu more findings than max_reports=, "
                                      "which cannot be compared",
                                      g->summaries[i]->program, g->summaries[i]->pid,
                                      g->summaries[i]->host, g->summaries[i]->unwritten));
    for (size_t i = 0; i < older->count; i++)
        older->groups[i].state = has(g, &older->groups[i]) ? ZG_GROUP_KNOWN : ZG_GROUP_GONE;
    g->problems =
        zg_cli_grow(g->problems, g->problem_count + older->problem_count + 1, sizeof(*g->problems));
    for (size_t i = 0; i < older->problem_count; i++)
        g->problems[g->problem_count++] = older->problems[i];
    older->problem_count = 0;
}

size_t zg_groups_in(const struct zg_groups *g, enum zg_group_state state)
{
    size_t n = 0;

    for (size_t i = 0; i < g->count; i++)
        n += g->groups[i].state == state;
    return n;
}

void zg_groups_free(struct zg_groups *g)
{
    for (size_t i = 0; i < g->count; i++) {
        for (size_t k = 0; k < g->groups[i].count; k++)
            zg_record_free(g->groups[i].records[k]);
        free(g->groups[i].records);
    }
    for (size_t i = 0; i < g->summary_count; i++)
        zg_record_free(g->summaries[i]);
    for (size_t i = 0; i < g->run_count; i++)
        zg_record_free(g->runs[i]);
    for (size_t i = 0; i < g->problem_count; i++)
        free(g->problems[i]);
    free(g->runs);
    free(g->problems);
    free(g->summaries);
    free(g->groups);
    memset(g, 0, sizeof(*g));
}
