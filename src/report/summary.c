/* SPDX-License-Identifier: MPL-2.0 */
/* The exit summary. */
#include "report/summary.h"

#include "base/sys.h"
#include "host/lib.h"
#include "host/options.h"
#include "report/counters.h"
#include "report/dedup.h"
#include "report/finding.h"
#include "report/json.h"
#include "report/json_put.h"
#include "report/suppress.h"

#define REPEATED_LINES 100 /* lines about repeated findings at most: the output is bounded */

struct repeated {
    struct zg_buf *out;
    struct zg_json *json; /* NULL: text */
    uint32_t lines;
};

static void put_repeated(const struct zg_dedup *e, void *arg)
{
    struct repeated *to = arg;

    if (e->count < 2 || e->suppression != 0 || to->lines++ >= REPEATED_LINES)
        return;
    if (to->json == NULL) {
        zg_buf_format(to->out, "    %s %s: %lu times\n", zg_kinds[e->kind].name,
                      e->where[0] != '\0' ? e->where : "(not written)", e->count);
        return;
    }
    zg_json_open(to->json, NULL, '{');
    zg_json_text(to->json, "kind", zg_kinds[e->kind].name);
    zg_json_escaped(to->json, "where", e->where);
    zg_json_number(to->json, "count", e->count);
    zg_json_close(to->json, '}');
}

static const char *plural(uint64_t n)
{
    return n == 1 ? "" : "s";
}

/* In three words, and for the last one why: "guarded by symbol", "guarded by patch", "not guarded".
 */
static const char *guarded_text(const struct zg_lib *lib)
{
    static const char *const texts[] = {[ZG_GUARDED_BY_SYMBOL] = "guarded by symbol",
                                        [ZG_GUARDED_BY_PATCH] = "guarded by patch",
                                        [ZG_GUARDED_NOT] = "not guarded"};

    return texts[lib->guarded];
}

/* Was libs[i] loaded before, and unloaded meanwhile? That is one copy. */
static bool is_loaded_again(const struct zg_lib *const *libs, uint32_t i)
{
    for (uint32_t k = 0; k < i; k++)
        if (zg_str_equal(libs[k]->path, libs[i]->path))
            return true;
    return false;
}

static void put_libraries(struct zg_buf *out)
{
    uint32_t count;
    uint32_t copies = 0;
    const struct zg_lib *const *libs = zg_lib_all(&count);

    for (uint32_t i = 0; i < count; i++)
        copies += !is_loaded_again(libs, i);
    zg_buf_format(out, "  libzmq: %u cop%s", copies, copies == 1 ? "y" : "ies");
    for (uint32_t i = 0; i < count; i++)
        if (!is_loaded_again(libs, i))
            zg_buf_format(out, "%s%S (%s)", i == 0 ? ": " : ", ", libs[i]->path,
                          guarded_text(libs[i]));
    zg_buf_char(out, '\n');
}

static void put_suppressions(struct zg_buf *out)
{
    uint32_t count;
    uint32_t used = 0;
    const struct zg_suppression *all = zg_suppress_all(&count);

    if (count == 0)
        return;
    for (uint32_t i = 0; i < count; i++)
        used += all[i].hits > 0;
    zg_buf_format(out, "  suppressions: %u of %u used\n", used, count);
    for (uint32_t i = 0; i < count; i++) {
        const struct zg_suppression *e = &all[i];

        zg_buf_format(out, "    %S:%u: %s:%S%s%S: ", zg_suppress_file(), e->line,
                      e->kind == ZG_KIND_COUNT ? "*" : zg_kinds[e->kind].name, e->pattern,
                      e->other != NULL ? ZG_SUPPRESS_WITH : "", e->other != NULL ? e->other : "");
        if (e->hits > 0)
            zg_buf_format(out, "%lu finding%s\n", e->hits, plural(e->hits));
        else
            zg_buf_str(out, e->expired ? "expired\n" : "unused\n");
    }
}

static void put_suspicions(const struct zg_summary *s, struct zg_buf *out)
{
    zg_buf_format(out, "  suspicions: %lu by %u pair%s of places, %u proven, %u unproven\n",
                  s->suspicions, s->pairs, plural(s->pairs), s->proven, s->unproven);
    for (uint32_t i = 0; i < s->unproven && i < ZG_SUMMARY_UNPROVEN; i++)
        zg_buf_format(out, "    %S\n", s->unproven_pairs[i]);
    if (s->holds > 0)
        zg_buf_format(out, "  provocation: %u call%s held open, %lu ms in all (seed=%u)\n",
                      s->holds, plural(s->holds), s->held_ns / 1000000, s->seed);
    if (s->learnt > 0)
        zg_buf_format(out, "  provoke_file: %u pair%s of places of earlier runs\n", s->learnt,
                      plural(s->learnt));
}

static void put_text(const struct zg_summary *s, struct zg_buf *out)
{
    struct repeated repeated = {.out = out};
    uint64_t errors = zg_counted(ZG_COUNT_ERRORS);
    uint64_t warnings = zg_counted(ZG_COUNT_WARNINGS);

    zg_buf_format(out, "libzmqguard: summary (pid=%d)\n", zg_sys_getpid());
    zg_buf_format(
        out, "  checked: %lu call%s, %u socket%s made, %u open, %u thread%s and %u of libzmq's\n",
        s->calls, plural(s->calls), s->sockets_made, plural(s->sockets_made), s->sockets_open,
        s->threads, plural(s->threads), s->internal_threads);
    put_libraries(out);
    zg_buf_format(out, "  policy: %s, %S\n", s->policy, s->why);
    zg_buf_format(out, "  hand-overs: %lu in order; policy=strict would report %lu\n",
                  zg_counted(ZG_COUNT_HANDOVERS), zg_counted(ZG_COUNT_STRICT_WOULD));
    if (s->suspicions > 0 || s->holds > 0 || s->learnt > 0)
        put_suspicions(s, out);
    zg_buf_format(out, "  findings: %lu error%s, %lu warning%s, %lu repeated, %lu suppressed",
                  errors, plural(errors), warnings, plural(warnings), zg_counted(ZG_COUNT_REPEATED),
                  zg_counted(ZG_COUNT_SUPPRESSED));
    if (zg_findings_unwritten() > 0)
        zg_buf_format(out, ", %lu not written (max_reports=)", zg_findings_unwritten());
    zg_buf_char(out, '\n');
    zg_dedup_each(put_repeated, &repeated);
    put_suppressions(out);
    if (zg_counted(ZG_COUNT_UNTRACKED) > 0)
        zg_buf_format(out, "  not checked for want of memory: %lu objects\n",
                      zg_counted(ZG_COUNT_UNTRACKED));
    zg_buf_format(out, "  blind spots: %s\n", s->blind_count == 0 ? "none" : "");
    for (uint32_t i = 0; i < s->blind_count; i++)
        zg_buf_format(out, "    %S\n", s->blind[i]);
}

static void put_json_lists(struct zg_json *j, const struct zg_summary *s)
{
    struct repeated repeated = {.out = j->out, .json = j};
    uint32_t count;
    const struct zg_lib *const *libs = zg_lib_all(&count);
    const struct zg_suppression *all;

    zg_json_open(j, "libraries", '[');
    for (uint32_t i = 0; i < count; i++)
        if (!is_loaded_again(libs, i))
            zg_json_text(j, NULL, libs[i]->path);
    zg_json_close(j, ']');
    zg_json_open(j, "libraries_guarded", '[');
    for (uint32_t i = 0; i < count; i++)
        if (!is_loaded_again(libs, i))
            zg_json_text(j, NULL, guarded_text(libs[i]));
    zg_json_close(j, ']');
    zg_json_open(j, "repeated_findings", '[');
    zg_dedup_each(put_repeated, &repeated);
    zg_json_close(j, ']');
    zg_json_open(j, "suppressions", '[');
    all = zg_suppress_all(&count);
    for (uint32_t i = 0; i < count; i++) {
        zg_json_open(j, NULL, '{');
        zg_json_text(j, "kind", all[i].kind == ZG_KIND_COUNT ? "*" : zg_kinds[all[i].kind].name);
        zg_json_text(j, "pattern", all[i].pattern);
        if (all[i].other != NULL)
            zg_json_text(j, "with", all[i].other);
        zg_json_text(j, "file", zg_suppress_file());
        zg_json_number(j, "line", all[i].line);
        zg_json_number(j, "hits", all[i].hits);
        zg_json_flag(j, "expired", all[i].expired);
        zg_json_close(j, '}');
    }
    zg_json_close(j, ']');
    zg_json_open(j, "unproven_pairs", '[');
    for (uint32_t i = 0; i < s->unproven && i < ZG_SUMMARY_UNPROVEN; i++)
        zg_json_text(j, NULL, s->unproven_pairs[i]);
    zg_json_close(j, ']');
    zg_json_open(j, "blind_spots", '[');
    for (uint32_t i = 0; i < s->blind_count; i++)
        zg_json_text(j, NULL, s->blind[i]);
    zg_json_close(j, ']');
}

static void put_json(const struct zg_summary *s, struct zg_buf *out)
{
    struct zg_json j = {.out = out};

    zg_json_open(&j, NULL, '{');
    zg_json_number(&j, "zmqguard", ZG_JSON_VERSION);
    zg_json_text(&j, "record", "summary");
    zg_json_process(&j, zg_sys_getpid(), zg_sys_wall());
    zg_json_number(&j, "calls", s->calls);
    zg_json_number(&j, "sockets", s->sockets_made);
    zg_json_number(&j, "sockets_open", s->sockets_open);
    zg_json_number(&j, "threads", s->threads);
    zg_json_number(&j, "libzmq_threads", s->internal_threads);
    zg_json_text(&j, "policy_taken", s->policy);
    zg_json_text(&j, "policy_why", s->why);
    zg_json_number(&j, "handovers", zg_counted(ZG_COUNT_HANDOVERS));
    zg_json_number(&j, "strict_would_report", zg_counted(ZG_COUNT_STRICT_WOULD));
    zg_json_number(&j, "suspicions", s->suspicions);
    zg_json_number(&j, "suspect_pairs", s->pairs);
    zg_json_number(&j, "proven", s->proven);
    zg_json_number(&j, "unproven", s->unproven);
    zg_json_number(&j, "holds", s->holds);
    zg_json_number(&j, "held_ms", s->held_ns / 1000000);
    zg_json_number(&j, "seed", s->seed);
    zg_json_number(&j, "learnt_pairs", s->learnt);
    zg_json_number(&j, "errors", zg_counted(ZG_COUNT_ERRORS));
    zg_json_number(&j, "warnings", zg_counted(ZG_COUNT_WARNINGS));
    zg_json_number(&j, "repeated", zg_counted(ZG_COUNT_REPEATED));
    zg_json_number(&j, "suppressed", zg_counted(ZG_COUNT_SUPPRESSED));
    zg_json_number(&j, "unwritten", zg_findings_unwritten());
    zg_json_number(&j, "untracked", zg_counted(ZG_COUNT_UNTRACKED));
    put_json_lists(&j, s);
    zg_json_close(&j, '}');
    zg_buf_char(out, '\n');
}

void zg_summary_write(const struct zg_summary *s, struct zg_buf *out)
{
    if (zg_options.format == 1)
        put_json(s, out);
    else
        put_text(s, out);
}
