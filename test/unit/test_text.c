/* SPDX-License-Identifier: MPL-2.0 */
/* The text form of reports, against golden texts; escaping; cutting. */
#include <stdlib.h>

#include "report/text.h"
#include "sample.h"
#include "unit/suite.h"

static char text[ZG_REPORT_BYTES];

static const char *written(struct zg_report *r, size_t cap)
{
    struct zg_buf b = zg_buf_on(text, cap);

    zg_chain_place(r);
    zg_text_write(r, &zg_palette_plain, &b);
    ck_assert_uint_lt(b.len, cap);
    return text;
}

#define RULE "==================================================================\n"

START_TEST(golden)
{
    const char *want = RULE
        "ERROR: libzmqguard: cross-thread-use: zmq_send() on a PUSH socket by thread T3, owned by "
        "thread T2 (pid=4711)\n"
        "  zmq_send() by thread T3 \"worker-b\" (tid 4714):\n"
        "    #0 send_one /src/app/pipeline.c:41:7 (pipeline+0x1a2f) (BuildId: 9f3c01)\n"
        "    #1 worker /src/app/pipeline.c:60 (pipeline+0x1a2f) (BuildId: 9f3c01)\n"
        "    (in libraries: #2 libapp.so.1)\n"
        "  last use by owner T2 \"worker-a\" (tid 4713, finished): zmq_send(), call 17 on this "
        "socket, 98 ms ago:\n"
        "    #0 ?? (/usr/lib/libapp.so.1+0x99) (BuildId: 9f3c01)\n"
        "    #1 ?? (0x7f0000001000)\n"
        "  98 ms after the owner's last call; nothing orders the two calls\n"
        "  socket S3 PUSH, bound inproc://q, created by the main thread:\n"
        "    #0 main+0x1f (/opt/bin/pipeline+0x1b00) (BuildId: 9f3c01)\n"
        "    (in libraries: #1 libapp.so.1)\n"
        "  thread T3 \"worker-b\" created by the main thread at:\n"
        "    (no stack)\n"
        "  rule: one thread at a time; hand over only through a full fence (zmq(7))\n"
        "  fix:  one socket per thread, or hand it over under a lock, pthread_create, or "
        "ZMQGUARD_HANDOFF(); one-line suppression: cross-thread-use:^zmq_send<send_one<worker$ "
        "with "
        "^zmq_send<libapp.so.1+0x99$\n"
        "SUMMARY: libzmqguard: cross-thread-use /src/app/pipeline.c:41 in send_one\n" RULE;

    ck_assert_str_eq(written(sample(), sizeof(text)), want);
}
END_TEST

START_TEST(warning_has_no_summary)
{
    struct zg_report *r = sample();

    r->severity = ZG_SEVERITY_WARNING;
    ck_assert_ptr_nonnull(strstr(written(r, sizeof(text)), "\nWARNING: libzmqguard: "));
    ck_assert_ptr_null(strstr(text, "SUMMARY"));
}
END_TEST

START_TEST(stripped_program)
{
    struct zg_report *r = sample();

    sample_traces.places[AT_WORKER].line_count = 0;
    ck_assert_ptr_nonnull(strstr(written(r, sizeof(text)),
                                 "    #0 worker+0x1f (/opt/bin/pipeline+0x1a2f) (BuildId: "));
    ck_assert_str_eq(r->where, "pipeline+0x1a2f in worker");
    ck_assert_str_eq(r->suppression,
                     "cross-thread-use:^zmq_send<worker$ with ^zmq_send<libapp.so.1+0x99$");
    sample_traces.places[AT_WORKER].symbol = "";
    written(r, sizeof(text));
    ck_assert_str_eq(r->where, "pipeline+0x1a2f");
    ck_assert_str_eq(
        r->suppression,
        "cross-thread-use:^zmq_send<pipeline+0x1a2f$ with ^zmq_send<libapp.so.1+0x99$");
}
END_TEST

START_TEST(bindings_are_not_to_blame)
{
    static const struct zg_line lines[] = {
        {"zmq::detail::socket_base::send(zmq::const_buffer)", "/usr/include/zmq.hpp", 1800, 1},
        {"publish", "/src/app/feed.cc", 12, 3}};
    struct zg_report *r = sample();

    sample_traces.places[AT_WORKER].lines = lines;
    written(r, sizeof(text));
    ck_assert_str_eq(r->where, "/src/app/feed.cc:12 in publish");
    ck_assert_str_eq(r->suppression,
                     "cross-thread-use:^zmq_send<publish$ with ^zmq_send<libapp.so.1+0x99$");
}
END_TEST

START_TEST(no_stack_at_all)
{
    struct zg_report *r = sample();

    r->traces = NULL;
    written(r, sizeof(text));
    ck_assert_ptr_nonnull(
        strstr(text, "\nSUMMARY: libzmqguard: cross-thread-use at an unknown place\n"));
}
END_TEST

START_TEST(frames_that_are_not_followed)
{
    struct zg_report *r = sample();

    sample_traces.of[0].unfollowed = "libjvm.so";
    ck_assert_ptr_nonnull(strstr(written(r, sizeof(text)),
                                 "    (in libraries: #2 libapp.so.1)\n"
                                 "    (frames of libjvm.so are not followed)\n"));
}
END_TEST

START_TEST(strip_path_prefix)
{
    strcpy(zg_options.strip_path_prefix, "/src/");
    written(sample(), sizeof(text));
    ck_assert_ptr_nonnull(strstr(text, " cross-thread-use app/pipeline.c:41 in send_one\n"));
    ck_assert_ptr_nonnull(strstr(text, "#0 send_one app/pipeline.c:41:7 (pipeline+0x1a2f)"));
    zg_options.strip_path_prefix[0] = '\0';
}
END_TEST

/* What comes from outside may hold anything; a report's lines are the guard's own. */
START_TEST(escaping)
{
    struct zg_report *r = sample();

    sample_endpoint();
    strcpy(sample_finding.threads[0].name, "\033]0;x\na");
    strcpy(sample_finding.objects[0].endpoints, "bound ipc://a\nSUMMARY: x");
    sample_traces.places[AT_LIBRARY].object.path = "/lib/\xc3\xbc\n.so";
    sample_traces.places[AT_LIBRARY].symbol = "f\r";
    written(r, sizeof(text));
    for (const char *p = text; *p != '\0'; p++)
        ck_assert_msg(*p == '\n' || (*p >= ' ' && *p <= '~'), "byte %d", *p);
    ck_assert_ptr_nonnull(strstr(text, "thread T3 \"\\x1b]0;x\\x0aa\" (tid 4714)"));
    ck_assert_ptr_nonnull(strstr(text, "bound ipc://a\\x0aSUMMARY: x, created"));
    ck_assert_ptr_nonnull(strstr(text, "#0 f\\x0d+0x1f (/lib/\\xc3\\xbc\\x0a.so+0x99)"));
    ck_assert_ptr_nonnull(
        strstr(text, "  endpoint ipc:///tmp/a\\x0ab\\x1b[2J\\xff\\x5c, umask 0000 at bind:\n"
                     "    /tmp: directory, mode 1777, uid 0, gid 0\n"
                     "    /tmp/a\\x0ab: socket, mode 0777, uid 1000, gid 1001 <- anybody may "
                     "connect\n"
                     "  peer: uid 7, gid 8, pid 9, /bin/x\\x0ay\n"));
    ck_assert_str_eq(r->suppression, "ipc-world-writable:^ipc:///tmp/a\\x0ab\\x1b[2J\\xff\\x5c$");
}
END_TEST

START_TEST(cut_but_not_the_summary)
{
    static const size_t sizes[] = {2048, 2100, 3000, 4096};
    struct zg_report *r;

    for (size_t i = 0; i < ZG_COUNT(sizes); i++) {
        r = sample();
        memset(sample_finding.fix, 'x', sizeof(sample_finding.fix) - 1);
        for (int k = 0; k < ZG_FINDING_LINES; k++)
            zg_finding_line(&sample_finding, "%.400s", sample_finding.fix);
        written(r, sizes[i]);
        ck_assert_ptr_nonnull(strstr(text, "\n  (cut here: the report is too long)\nSUMMARY: "
                                           "libzmqguard: cross-thread-use /src"));
        ck_assert_str_eq(text + strlen(text) - strlen(RULE), RULE);
    }
}
END_TEST

static const char *heading(enum zg_role role, uint32_t op, uint32_t thread, uint64_t age)
{
    static char out[512];
    struct zg_buf b = zg_buf_on(out, sizeof(out));
    struct zg_finding_event *e;

    sample();
    e = zg_finding_event(&sample_finding, role);
    e->op = op;
    e->thread = thread;
    e->age_ns = age;
    zg_text_heading(&sample_finding, e, &b);
    return out;
}

START_TEST(headings)
{
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    struct zg_finding_event *e;

    ck_assert_str_eq(heading(ZG_ROLE_INSIDE, ZG_OP_zmq_recv, 3, 1234567890),
                     "thread T3 \"worker-b\" (tid 4714) is inside of zmq_recv(), entered 1.2 s "
                     "ago");
    ck_assert_str_eq(heading(ZG_ROLE_INSIDE, ZG_OP_zmq_recv, 1, UINT64_MAX),
                     "the main thread (tid 4711) is inside of zmq_recv()");
    ck_assert_str_eq(heading(ZG_ROLE_INSIDE, ZG_OP_zmq_recv, 2, UINT64_MAX),
                     "thread T2 \"worker-a\" (tid 4713, finished) was inside of zmq_recv()");
    ck_assert_str_eq(heading(ZG_ROLE_LAST_USE, ZG_OP_zmq_poll, 1, 999000),
                     "last use by the owner, the main thread (tid 4711): zmq_poll(), 999 us ago");
    ck_assert_str_eq(heading(ZG_ROLE_LAST_USE, ZG_OP_zmq_poll, 99, UINT64_MAX),
                     "last use by owner T99: zmq_poll()");
    ck_assert_str_eq(heading(ZG_ROLE_CLOSED, ZG_OP_zmq_close, 2, 5000000),
                     "socket S3 PUSH closed by thread T2 \"worker-a\" (tid 4713, finished), 5 ms "
                     "ago");
    ck_assert_str_eq(heading(ZG_ROLE_REBORN, ZG_OP_COUNT, 0, UINT64_MAX),
                     "its address now belongs to socket S3 PUSH, bound inproc://q, created by an "
                     "unknown thread");
    ck_assert_str_eq(heading(ZG_ROLE_BIND, ZG_OP_zmq_bind, 1, UINT64_MAX),
                     "zmq_bind() by the main thread (tid 4711)");
    ck_assert_str_eq(heading(ZG_ROLE_FORK, ZG_OP_COUNT, 1, UINT64_MAX),
                     "forked by the main thread (tid 4711)");
    sample();
    e = zg_finding_event(&sample_finding, ZG_ROLE_HOLDS);
    strcpy(e->note, "linger -1\n");
    zg_text_heading(&sample_finding, e, &b);
    ck_assert_str_eq(text, "socket S3 PUSH, bound inproc://q, created by an unknown thread, linger "
                           "-1\\x0a");
    b = zg_buf_on(text, sizeof(text));
    e = zg_finding_event(&sample_finding, ZG_ROLE_LAST_USE);
    e->age_ns = 98000000;
    e->age_at_least = true;
    e->thread = 99;
    zg_text_heading(&sample_finding, e, &b);
    ck_assert_str_eq(text, "last use by owner T99, at most 98 ms ago");
}
END_TEST

START_TEST(fingerprints)
{
    struct zg_report *r = sample();
    uint64_t before;

    zg_chain_place(r);
    before = r->fingerprint;
    r = sample(); /* another run: other addresses, other threads; another build: other offsets */
    sample_traces.places[AT_WORKER].pc += 0x1000;
    sample_traces.places[AT_WORKER].offset += 0x10;
    sample_traces.places[AT_WORKER].object.build_id[0] ^= 1;
    sample_finding.threads[0].tid++;
    zg_chain_place(r);
    ck_assert_uint_eq(r->fingerprint, before);
    sample_traces.places[AT_WORKER].line_count = 0; /* without the helper */
    zg_chain_place(r);
    ck_assert_uint_eq(r->fingerprint, before);
    sample_traces.places[AT_WORKER].symbol = "other";
    zg_chain_place(r);
    ck_assert_uint_ne(r->fingerprint, before);
    r = sample();
    sample_finding.kind = ZG_KIND_CONCURRENT_USE;
    zg_chain_place(r);
    ck_assert_uint_ne(r->fingerprint, before);
}
END_TEST

START_TEST(colours)
{
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    struct zg_report *r = sample();

    zg_chain_place(r);
    zg_text_write(r, &zg_palette_colour, &b);
    ck_assert_ptr_nonnull(strstr(text, "\n\033[1;31mERROR: "));
    ck_assert_ptr_nonnull(strstr(text, "(pid=4711)\033[0m\n"));
    ck_assert_ptr_nonnull(strstr(text, "\n\033[1mSUMMARY: "));
}
END_TEST

START_TEST(kinds_are_complete)
{
    for (size_t i = 0; i < ZG_KIND_COUNT; i++) {
        ck_assert_ptr_nonnull(zg_kinds[i].name);
        ck_assert_uint_gt(strlen(zg_kinds[i].rule), 10);
        ck_assert_uint_gt(strlen(zg_kinds[i].fix), 5);
    }
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("text");

    tcase_add_test(tc, golden);
    tcase_add_test(tc, warning_has_no_summary);
    tcase_add_test(tc, stripped_program);
    tcase_add_test(tc, bindings_are_not_to_blame);
    tcase_add_test(tc, no_stack_at_all);
    tcase_add_test(tc, frames_that_are_not_followed);
    tcase_add_test(tc, strip_path_prefix);
    tcase_add_test(tc, escaping);
    tcase_add_test(tc, cut_but_not_the_summary);
    tcase_add_test(tc, headings);
    tcase_add_test(tc, fingerprints);
    tcase_add_test(tc, colours);
    tcase_add_test(tc, kinds_are_complete);
    return run_suite("text", tc);
}
