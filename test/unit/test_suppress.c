/* SPDX-License-Identifier: MPL-2.0 */
/* Suppressions: form, matching, expiry; and the table of repeated findings. */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "base/str.h"
#include "report/dedup.h"
#include "report/suppress.h"
#include "sample.h"
#include "unit/suite.h"

static char path[] = "/tmp/zg-suppress-XXXXXX";
static char error_text[2048];

static int load(const char *text)
{
    struct zg_buf error = zg_buf_on(error_text, sizeof(error_text));
    FILE *f = fopen(path, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return zg_suppress_load(path, &error);
}

static int match(const char *text)
{
    ck_assert_int_eq(load(text), 0);
    zg_chain_place(sample());
    return zg_suppress_match(&sample_report);
}

/* The same, of the sample as it was made. */
static int match_here(const char *text)
{
    struct zg_place changed = sample_traces.places[AT_NOWHERE];

    ck_assert_int_eq(load(text), 0);
    sample();
    sample_traces.places[AT_NOWHERE] = changed;
    zg_chain_place(&sample_report);
    return zg_suppress_match(&sample_report);
}

static void fails(const char *text, const char *where_and_what)
{
    char message[1024];

    ck_assert_int_eq(load(text), -ZG_EINVAL);
    snprintf(message, sizeof(message), "%s%s", path, where_and_what);
    ck_assert_str_eq(error_text, message);
}

START_TEST(what_is_matched)
{
    ck_assert_int_eq(match("cross-thread-use:send_one"), 0);   /* function */
    ck_assert_int_eq(match("cross-thread-use:worker"), 0);     /* function that it is inlined in */
    ck_assert_int_eq(match("cross-thread-use:pipeline.c"), 0); /* file */
    ck_assert_int_eq(match("cross-thread-use:^/src/*/pipe*.c$"), 0); /* file */
    ck_assert_int_eq(match("cross-thread-use:libapp.so"), 0);        /* module */
    ck_assert_int_eq(match("cross-thread-use:^main$"), -1);    /* where something was created */
    ck_assert_int_eq(match("cross-thread-use:inproc://q"), 0); /* endpoint */
    ck_assert_int_eq(match("*:worker"), 0);
    ck_assert_int_eq(match("cross-thread-use:nobody"), -1);
    ck_assert_int_eq(match("cross-thread-use:^orker"), -1);
    ck_assert_int_eq(match("cross-thread-use:^worke$"), -1);
    ck_assert_int_eq(match("concurrent-use:worker"), -1);
    ck_assert_int_eq(match(""), -1);
}
END_TEST

/* Chains of calls tell the uses apart, whichever of the two comes first. */
START_TEST(chains_of_two_uses)
{
    sample_place(AT_NOWHERE, "/opt/bin/pipeline", 0x1c00, "producer");
    ck_assert_int_eq(match_here("cross-thread-use:^zmq_send<send_one<worker$"), 0);
    ck_assert_int_eq(match_here("cross-thread-use:^zmq_send<worker$"), 0); /* by symbols */
    ck_assert_int_eq(match_here("cross-thread-use:^zmq_recv<send_one<worker$"), -1);
    ck_assert_int_eq(match_here("cross-thread-use:^zmq_send<send_one$"), -1);
    ck_assert_int_eq(match_here("cross-thread-use:^zmq_send<producer$ with ^*<worker$"), 0);
    ck_assert_int_eq(match_here("cross-thread-use:worker with producer"), 0);
    ck_assert_int_eq(match_here("cross-thread-use:worker with worker"), -1);
    ck_assert_int_eq(match_here("cross-thread-use:worker with main"), -1);
}
END_TEST

START_TEST(the_generated_line_works)
{
    char line[900];

    zg_chain_place(sample());
    snprintf(line, sizeof(line), "%s\n", sample_report.suppression);
    ck_assert_int_eq(match(line), 0);
    sample();
    sample_endpoint();
    zg_chain_place(&sample_report);
    snprintf(line, sizeof(line), "%s\n", sample_report.suppression);
    ck_assert_int_eq(load(line), 0);
    ck_assert_int_eq(zg_suppress_match(&sample_report), 0);
}
END_TEST

START_TEST(form)
{
    uint32_t count;
    const struct zg_suppression *all;

    ck_assert_int_eq(load("# why\n\n  cross-thread-use:a b(int, char)  \r\n"
                          "\tdouble-close:x::y expires=2999-12-31 # until then\n"
                          "*: z\t# {closure#1}\r\n*:{closure#0}"),
                     0);
    all = zg_suppress_all(&count);
    ck_assert_uint_eq(count, 4);
    ck_assert_str_eq(all[0].pattern, "a b(int, char)");
    ck_assert_uint_eq(all[0].line, 3);
    ck_assert_str_eq(all[1].pattern, "x::y");
    ck_assert_uint_eq(all[1].kind, ZG_KIND_DOUBLE_CLOSE);
    ck_assert_uint_eq(all[1].expires, 29991231);
    ck_assert(!all[1].expired);
    ck_assert_uint_eq(all[2].kind, ZG_KIND_COUNT);
    ck_assert_str_eq(all[2].pattern, "z");
    ck_assert_str_eq(all[3].pattern, "{closure#0}");
    ck_assert_int_eq(load("*:^a b$ with  c  expires=2999-12-31\n*:f(T = int) [with T = int]"), 0);
    all = zg_suppress_all(&count);
    ck_assert_str_eq(all[0].pattern, "^a b$");
    ck_assert_str_eq(all[0].other, "c");
    ck_assert_str_eq(all[1].pattern, "f(T = int) [with T = int]");
}
END_TEST

START_TEST(errors_name_file_and_line)
{
    struct zg_buf error = zg_buf_on(error_text, sizeof(error_text));

    fails("*:a\n\ncross-thread:x\n", ":3: unknown kind \"cross-thread\"; did you mean "
                                     "\"cross-thread-use\"?");
    fails("zzz:x", ":1: unknown kind \"zzz\"");
    fails("worker", ":1: \"worker\" is not of the form KIND:PATTERN");
    fails("*:", ":1: \"*:\" is not of the form KIND:PATTERN");
    fails("*:a expires=2026-13-01", ":1: expires=2026-13-01: not a date of the form YYYY-MM-DD");
    fails("*:a expire=2999-01-01", ":1: unknown attribute \"expire=2999-01-01\"; there is "
                                   "expires=YYYY-MM-DD");
    fails("*:a expires=tomorrow", ":1: expires=tomorrow: not a date of the form YYYY-MM-DD");
    ck_assert_int_eq(zg_suppress_load("/nonexistent", &error), -ZG_EINVAL);
    ck_assert_str_eq(error_text, "suppressions=/nonexistent: no such file");
}
END_TEST

START_TEST(expiry)
{
    char line[64];
    time_t now = time(NULL);
    struct tm day;

    ck_assert_int_eq(match("cross-thread-use:worker expires=2001-01-01"), -1);
    ck_assert_ptr_nonnull(strstr(sample_report.expired, ":1, expires=2001-01-01"));
    ck_assert_int_eq(match("cross-thread-use:nobody expires=2001-01-01"), -1);
    ck_assert_str_eq(sample_report.expired, "");
    gmtime_r(&now, &day); /* it still holds on its last day */
    strftime(line, sizeof(line), "cross-thread-use:worker expires=%Y-%m-%d", &day);
    ck_assert_int_eq(match(line), 0);
    ck_assert_int_eq(match("*:worker expires=2001-01-01\n*:pipeline.c"), 1);
}
END_TEST

START_TEST(limits)
{
    static char big[ZG_SUPPRESSION_BYTES + 2];
    size_t n = 0;

    for (int i = 0; i < ZG_SUPPRESSIONS; i++)
        n += (size_t)sprintf(big + n, "*:p%d\n", i);
    ck_assert_int_eq(load(big), 0);
    strcat(big, "*:one-more\n");
    fails(big, ": more than 1024 entries");
    memset(big, '#', sizeof(big) - 1);
    ck_assert_int_eq(load(big), -ZG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error_text, ": longer than 256 KiB"));
    memset(big, 'a', 600);
    memcpy(big, "*:", 2);
    big[600] = '\0';
    fails(big, ":1: the pattern must have 1 to 500 bytes");
}
END_TEST

static void count_one(const struct zg_dedup *e, void *sum)
{
    *(uint64_t *)sum += e->count;
}

START_TEST(dedup_is_exact_and_bounded)
{
    uint64_t sum = 0;
    uint32_t kept = 0;

    zg_dedup_clear();
    for (uint32_t round = 0; round < 3; round++) {
        for (uint32_t i = 1; i <= 700; i++) {
            struct zg_dedup *e = zg_dedup_note(ZG_KIND_DOUBLE_CLOSE, i, i * 7);

            ck_assert_ptr_nonnull(e);
            ck_assert_uint_eq(e->count, round + 1);
        }
    }
    ck_assert_uint_eq(zg_dedup_note(ZG_KIND_USE_AFTER_CLOSE, 1, 7)->count, 1);
    ck_assert_uint_eq(zg_dedup_note(ZG_KIND_DOUBLE_CLOSE, 7, 1)->count, 1);
    for (uint32_t i = 1; i <= 100000; i++)
        kept += zg_dedup_note(ZG_KIND_IPC_OWNER, i, 0) != NULL;
    ck_assert_uint_eq(kept, ZG_DEDUP_ENTRIES / 4 * 3 - 702);
    ck_assert_uint_eq(zg_dedup_note(ZG_KIND_DOUBLE_CLOSE, 5, 35)->count, 4);
    zg_dedup_each(count_one, &sum);
    ck_assert_uint_eq(sum, 3 * 700 + 2 + kept + 1);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("suppress");
    int fd = mkstemp(path);
    int failed;

    if (fd < 0)
        return 1;
    close(fd);
    tcase_add_test(tc, what_is_matched);
    tcase_add_test(tc, chains_of_two_uses);
    tcase_add_test(tc, the_generated_line_works);
    tcase_add_test(tc, form);
    tcase_add_test(tc, errors_name_file_and_line);
    tcase_add_test(tc, expiry);
    tcase_add_test(tc, limits);
    tcase_add_test(tc, dedup_is_exact_and_bounded);
    failed = run_suite("suppress", tc);
    unlink(path);
    return failed;
}
