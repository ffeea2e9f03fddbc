/* SPDX-License-Identifier: MPL-2.0 */
/* What becomes of a finding: each case in a process of its own whose stderr and end are judged. */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/options.h"
#include "host/thread.h"
#include "report/counters.h"
#include "report/finding.h"
#include "report/sink.h"
#include "report/summary.h"
#include "unit/suite.h"

static char path[] = "/tmp/zg-emit-XXXXXX";
static char output[1 << 20];

/* Runs body in a child under the options; its output, and its wait status. */
static int run(const char *options, void (*body)(void))
{
    int status;
    int fd = open(path, O_RDWR | O_TRUNC | O_APPEND);
    pid_t pid = fork();

    if (pid == 0) {
        struct zg_option_kind kinds[ZG_KIND_COUNT];
        ZG_BUF(error, 512);

        dup2(fd, 2);
        for (size_t i = 0; i < ZG_KIND_COUNT; i++)
            kinds[i] = (struct zg_option_kind){zg_kinds[i].name, (uint8_t)zg_kinds[i].severity};
        zg_options_defaults(&zg_options, kinds, ZG_KIND_COUNT);
        if (zg_options_parse(&zg_options, "symbolize=0", &error) != 0 ||
            zg_options_parse(&zg_options, options, &error) != 0)
            _exit(3);
        zg_findings_init();
        body();
        _exit(0);
    }
    close(fd);
    waitpid(pid, &status, 0);
    zg_sys_read_file(path, output, sizeof(output));
    return status;
}

static void raise_one(enum zg_kind kind, zg_stack_id at)
{
    struct zg_finding *f = zg_finding_begin(kind, at, 0);

    if (f == NULL)
        return;
    zg_finding_sentence(f, "number %u", at);
    (void)zg_finding_event(f, ZG_ROLE_ACCESS);
    zg_finding_end(f);
}

static unsigned count(const char *needle)
{
    unsigned n = 0;

    for (const char *p = strstr(output, needle); p != NULL; p = strstr(p + 1, needle))
        n++;
    return n;
}

static void one_error(void)
{
    raise_one(ZG_KIND_DOUBLE_CLOSE, 1);
}

#define RULE "=================================================================="

START_TEST(abort_is_the_default)
{
    int status = run("", one_error);

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_ptr_nonnull(
        strstr(output, RULE "\nERROR: libzmqguard: double-close: number 1 (pid="));
    ck_assert_ptr_nonnull(strstr(output, "\nSUMMARY: libzmqguard: double-close at an unknown "
                                         "place\n" RULE "\n"));
}
END_TEST

static void on_abort(int sig)
{
    (void)sig;
    raise_one(ZG_KIND_DOUBLE_CLOSE, 2); /* goes straight through */
    (void)!write(2, "handler\n", 8);
}

static void abort_with_handler(void)
{
    signal(SIGABRT, on_abort);
    one_error();
}

/* The handler runs, may come back here without a deadlock, and the process dies all the same. */
START_TEST(abort_handler_may_call_again)
{
    int status = run("", abort_with_handler);

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_uint_eq(count("ERROR:"), 1);
    ck_assert_uint_eq(count("handler\n"), 1);
}
END_TEST

static void say_busy(int sig)
{
    (void)sig;
    if (zg_thread_self()->busy != 0)
        (void)!write(2, "busy\n", 5);
}

static void busy_while(void)
{
    struct zg_finding *f;

    zg_thread_init();
    signal(SIGABRT, say_busy);
    zg_options.on_error = ZG_ON_ERROR_LOG;
    if (zg_thread_self()->busy != 0)
        _exit(9);
    f = zg_finding_begin(ZG_KIND_DOUBLE_CLOSE, 1, 0);
    say_busy(0);
    zg_finding_end(f);
    if (zg_thread_self()->busy != 0)
        _exit(9);
    zg_options.on_error = ZG_ON_ERROR_ABORT;
    raise_one(ZG_KIND_DOUBLE_CLOSE, 2);
}

/* From the beginning of a finding until all is over: hooks pass through what the thread does. */
START_TEST(the_thread_is_busy_meanwhile)
{
    int status = run("", busy_while);

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_uint_eq(count("busy\n"), 2);
}
END_TEST

static void abort_ignored(void)
{
    sigset_t all;

    signal(SIGABRT, SIG_IGN);
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    one_error();
}

START_TEST(abort_cannot_be_ignored)
{
    int status = run("", abort_ignored);

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}
END_TEST

static void never(void)
{
    (void)!write(2, "atexit\n", 7);
}

static void summary_line(void)
{
    (void)!write(2, "summary\n", 8);
}

static void exits(void)
{
    atexit(never);
    zg_findings_at_exit(summary_line);
    one_error();
}

START_TEST(exit_with_a_code)
{
    int status = run("on_error=exit", exits);

    ck_assert(WIFEXITED(status));
    ck_assert_int_eq(WEXITSTATUS(status), 66);
    ck_assert_uint_eq(count("atexit"), 0);
    ck_assert_uint_eq(count("summary\n"), 1);
    status = run("on_error=exit:exitcode=7", one_error);
    ck_assert_int_eq(WEXITSTATUS(status), 7);
}
END_TEST

static void three_errors(void)
{
    raise_one(ZG_KIND_DOUBLE_CLOSE, 1);
    raise_one(ZG_KIND_DOUBLE_CLOSE, 2);
    raise_one(ZG_KIND_USE_AFTER_CLOSE, 1);
}

START_TEST(log_goes_on)
{
    ck_assert_int_eq(run("on_error=log", three_errors), 0);
    ck_assert_uint_eq(count("ERROR:"), 3);
    ck_assert_uint_eq(count("SUMMARY:"), 3);
}
END_TEST

static void warnings(void)
{
    for (int i = 0; i < 5; i++)
        raise_one(ZG_KIND_IPC_ACL, 1);
}

START_TEST(warnings_stop_nothing_and_come_once)
{
    ck_assert_int_eq(run("", warnings), 0);
    ck_assert_uint_eq(count("WARNING: libzmqguard: ipc-acl: "), 1);
    ck_assert_uint_eq(count("SUMMARY"), 0);
    ck_assert_int_eq(run("dedup=0", warnings), 0);
    ck_assert_uint_eq(count("WARNING:"), 1);
}
END_TEST

START_TEST(severities)
{
    ck_assert_int_eq(run("double-close=off", one_error), 0);
    ck_assert_str_eq(output, "");
    ck_assert_int_eq(run("double-close=warning", one_error), 0);
    ck_assert_uint_eq(count("WARNING: libzmqguard: double-close"), 1);
    ck_assert(WIFSIGNALED(run("ipc-acl=error", warnings)));
    ck_assert_uint_eq(count("ERROR: libzmqguard: ipc-acl"), 1);
}
END_TEST

static void repeat(void)
{
    for (int i = 0; i < 5; i++)
        raise_one(ZG_KIND_DOUBLE_CLOSE, 1);
    if (zg_counted(ZG_COUNT_ERRORS) + zg_counted(ZG_COUNT_REPEATED) != 5)
        _exit(9);
}

START_TEST(equal_findings_once)
{
    ck_assert_int_eq(run("on_error=log", repeat), 0);
    ck_assert_uint_eq(count("ERROR:"), 1);
    ck_assert_int_eq(run("on_error=log:dedup=0", repeat), 0);
    ck_assert_uint_eq(count("ERROR:"), 5);
}
END_TEST

static void many_different(void)
{
    for (uint32_t i = 1; i <= 50; i++)
        raise_one(ZG_KIND_DOUBLE_CLOSE, i);
    if (zg_findings_unwritten() != 40 || zg_counted(ZG_COUNT_ERRORS) != 50)
        _exit(9);
}

static void error_after_warnings(void)
{
    for (uint32_t i = 1; i <= 50; i++)
        raise_one(ZG_KIND_IPC_ACL, i);
    one_error();
}

START_TEST(max_reports)
{
    int status;

    ck_assert_int_eq(run("on_error=log:max_reports=10", many_different), 0);
    ck_assert_uint_eq(count("ERROR:"), 10);
    ck_assert_uint_eq(count("libzmqguard: 10 reports were written (max_reports=)"), 1);
    status = run("max_reports=3", error_after_warnings);
    ck_assert(WIFSIGNALED(status)); /* an error that stops is written whatever the limit */
    ck_assert_uint_eq(count("WARNING:"), 3);
    ck_assert_uint_eq(count("SUMMARY:"), 1);
}
END_TEST

/* A million: counts are right, memory and output stay as they are. */
static void a_million(void)
{
    static const uint32_t rounds = 1000000;
    uint64_t written;
    size_t mapped;

    for (uint32_t i = 0; i < 2000; i++)
        raise_one(ZG_KIND_DOUBLE_CLOSE, i % 1500 + 1);
    written = zg_sink_written();
    mapped = zg_arena_mapped();
    for (uint32_t i = 2000; i < rounds; i++)
        raise_one(ZG_KIND_DOUBLE_CLOSE, i % 1500 + 1);
    if (zg_sink_written() != written || zg_arena_mapped() != mapped)
        _exit(9);
    if (zg_counted(ZG_COUNT_ERRORS) + zg_counted(ZG_COUNT_REPEATED) != rounds)
        _exit(10);
}

START_TEST(bounded_for_ever)
{
    ck_assert_int_eq(run("on_error=log", a_million), 0);
    ck_assert_uint_eq(count("ERROR:"), 100);
}
END_TEST

static void count_repeated(void)
{
    static char text[ZG_SUMMARY_BYTES];
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    struct zg_summary s = {.policy = "fence", .why = ""};

    for (int i = 0; i < 1234; i++)
        raise_one(ZG_KIND_DOUBLE_CLOSE, 1);
    raise_one(ZG_KIND_DOUBLE_CLOSE, 2);
    zg_summary_write(&s, &b);
    zg_findings_record(&b);
}

START_TEST(a_line_for_each_repeated_one)
{
    ck_assert_int_eq(run("on_error=log", count_repeated), 0);
    ck_assert_uint_eq(count("  findings: 2 errors, 0 warnings, 1233 repeated, 0 suppressed\n"
                            "    double-close at an unknown place: 1234 times\n"),
                      1);
    ck_assert_int_eq(run("on_error=log:format=json", count_repeated), 0);
    ck_assert_uint_eq(count("\"record\":\"summary\""), 1);
    ck_assert_uint_eq(count("\"count\":1234}"), 1);
}
END_TEST

static void suppressed(void)
{
    struct zg_finding *f;
    static char text[ZG_SUMMARY_BYTES];
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    struct zg_summary s = {.policy = "fence", .why = ""};

    for (int i = 0; i < 3; i++) {
        f = zg_finding_begin(ZG_KIND_IPC_WORLD_WRITABLE, 1, 0);
        if (f == NULL)
            continue;
        strcpy(f->endpoint.uri, "ipc:///tmp/known");
        zg_finding_end(f);
    }
    zg_summary_write(&s, &b);
    zg_findings_record(&b);
}

static void write_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

START_TEST(suppressions)
{
    char name[64], options[128];
    int status;

    snprintf(name, sizeof(name), "%s.supp", path);
    snprintf(options, sizeof(options), "suppressions=%s", name);
    write_file(name, "ipc-world-writable:^ipc:///tmp/known$\n*:nothing\n"
                     "*:known expires=2001-01-01\n");
    ck_assert_int_eq(run(options, suppressed), 0); /* it did not abort */
    ck_assert_uint_eq(count("ERROR"), 0);
    ck_assert_uint_eq(count("suppressions: 1 of 3 used\n"), 1);
    ck_assert_uint_eq(count(":1: ipc-world-writable:^ipc:///tmp/known$: 3 findings\n"), 1);
    ck_assert_uint_eq(count(":2: *:nothing: unused\n"), 1);
    ck_assert_uint_eq(count(":3: *:known: expired\n"), 1);
    write_file(name, "*:known expires=2001-01-01\n");
    status = run(options, suppressed);
    ck_assert(WIFSIGNALED(status));
    ck_assert_uint_eq(count("note: a suppression for this has expired: "), 1);
    write_file(name, "nonsense\n");
    status = run(options, suppressed);
    ck_assert_int_eq(WEXITSTATUS(status), 2);
    ck_assert_uint_eq(count(":1: \"nonsense\" is not of the form KIND:PATTERN\n"), 1);
    unlink(name);
}
END_TEST

static pthread_barrier_t barrier;

static void *racer(void *arg)
{
    pthread_barrier_wait(&barrier);
    raise_one(ZG_KIND_DOUBLE_CLOSE, (zg_stack_id)(uintptr_t)arg);
    return NULL;
}

static void race(void)
{
    pthread_t t[8];

    pthread_barrier_init(&barrier, NULL, 8);
    for (uintptr_t i = 0; i < 8; i++)
        pthread_create(&t[i], NULL, racer, (void *)(i + 1));
    for (int i = 0; i < 8; i++)
        pthread_join(t[i], NULL);
}

static void slowly(int sig)
{
    (void)sig;
    usleep(100000); /* time enough for the others to say something, if they were let */
}

static void race_slowly(void)
{
    signal(SIGABRT, slowly);
    race();
}

START_TEST(one_ends_the_others_wait)
{
    int status = run("", race_slowly);

    ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
    ck_assert_uint_eq(count("ERROR:"), 1);
    ck_assert_str_eq(output + strlen(output) - strlen(RULE) - 1, RULE "\n");
}
END_TEST

START_TEST(many_at_once)
{
    for (int i = 0; i < 20; i++) {
        int status = run("", race);

        ck_assert(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
        ck_assert_uint_eq(count("ERROR:"), 1);
        ck_assert_str_eq(output + strlen(output) - strlen(RULE) - 1, RULE "\n");
    }
    ck_assert_int_eq(run("on_error=log", race), 0);
    ck_assert_uint_eq(count("ERROR:"), 8);
}
END_TEST

static void in_a_child(void)
{
    int status;

    raise_one(ZG_KIND_DOUBLE_CLOSE, 1);
    if (fork() == 0) {
        zg_findings_after_fork();
        raise_one(ZG_KIND_DOUBLE_CLOSE, 2);
        _exit(zg_counted(ZG_COUNT_ERRORS) == 1 ? 0 : 9);
    }
    wait(&status);
    if (status != 0 || zg_counted(ZG_COUNT_ERRORS) != 1)
        _exit(9);
}

START_TEST(a_child_counts_anew)
{
    ck_assert_int_eq(run("on_error=log", in_a_child), 0);
    ck_assert_uint_eq(count("ERROR:"), 2);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("emit");
    int fd = mkstemp(path);
    int failed;

    if (fd < 0)
        return 1;
    close(fd);
    tcase_add_test(tc, abort_is_the_default);
    tcase_add_test(tc, abort_handler_may_call_again);
    tcase_add_test(tc, the_thread_is_busy_meanwhile);
    tcase_add_test(tc, abort_cannot_be_ignored);
    tcase_add_test(tc, exit_with_a_code);
    tcase_add_test(tc, log_goes_on);
    tcase_add_test(tc, warnings_stop_nothing_and_come_once);
    tcase_add_test(tc, severities);
    tcase_add_test(tc, equal_findings_once);
    tcase_add_test(tc, max_reports);
    tcase_add_test(tc, bounded_for_ever);
    tcase_add_test(tc, a_line_for_each_repeated_one);
    tcase_add_test(tc, suppressions);
    tcase_add_test(tc, many_at_once);
    tcase_add_test(tc, one_ends_the_others_wait);
    tcase_add_test(tc, a_child_counts_anew);
    failed = run_suite("emit", tc);
    unlink(path);
    return failed;
}
