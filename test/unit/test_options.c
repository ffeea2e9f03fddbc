/* SPDX-License-Identifier: MPL-2.0 */
/* The option parser: forms, errors that name the nearest right word, include files, help. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/str.h"
#include "host/options.h"
#include "unit/suite.h"

static const struct zg_option_kind kinds[] = {{"concurrent-use", 2}, {"ipc-acl", 1}, {"leak", 0}};
static struct zg_options o;
static char error_text[2048];
static char dir[] = "/tmp/zg-options-XXXXXX";

static void setup(void)
{
    zg_options_defaults(&o, kinds, ZG_COUNT(kinds));
}

static int parse(const char *text)
{
    struct zg_buf error = zg_buf_on(error_text, sizeof(error_text));

    return zg_options_parse(&o, text, &error);
}

static const char *file(const char *name, const char *text)
{
    static char path[256];
    FILE *f;

    snprintf(path, sizeof(path), "%s/%s", dir, name);
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
    return path;
}

#define parses(text)                                                                               \
    do {                                                                                           \
        ck_assert_int_eq(parse(text), 0);                                                          \
        ck_assert_str_eq(error_text, "");                                                          \
    } while (0)
#define fails(text, message)                                                                       \
    do {                                                                                           \
        ck_assert_int_eq(parse(text), -ZG_EINVAL);                                                 \
        ck_assert_str_eq(error_text, message);                                                     \
    } while (0)

START_TEST(provoke_is_a_word_or_a_number)
{
    struct zg_options o;
    ZG_BUF(error, 256);

    zg_options_defaults(&o, NULL, 0);
    ck_assert_uint_eq(o.provoke, ZG_OPTION_UNSET);
    ck_assert_int_eq(zg_options_parse(&o, "provoke=50:seed=7", &error), 0);
    ck_assert_uint_eq(o.provoke, 50);
    ck_assert_uint_eq(o.seed, 7);
    ck_assert_int_eq(zg_options_parse(&o, "provoke=off", &error), 0);
    ck_assert_uint_eq(o.provoke, 0);
    ck_assert_int_eq(zg_options_parse(&o, "provoke=auto", &error), 0);
    ck_assert_uint_eq(o.provoke, ZG_OPTION_UNSET);
    ck_assert_int_ne(zg_options_parse(&o, "provoke=1001", &error), 0);
    ck_assert_str_eq(error.text, "provoke=1001: not auto, off or a number from 1 to 1000");
}
END_TEST

START_TEST(defaults)
{
    ck_assert_uint_eq(o.policy, 0);
    ck_assert_uint_eq(o.on_error, ZG_ON_ERROR_ABORT);
    ck_assert_uint_eq(o.exitcode, 66);
    ck_assert_uint_eq(o.harden, ZG_OPTION_UNSET);
    ck_assert_str_eq(o.log_path, "stderr");
    ck_assert_uint_eq(o.severity[0], 2);
    ck_assert_uint_eq(o.severity[2], 0);
    parses("");
    parses(" :,\t\n");
}
END_TEST

START_TEST(every_separator)
{
    parses("policy=strict:on_error=log,exitcode=7 stack_depth=9\tdedup=0\nsummary=1");
    ck_assert_uint_eq(o.policy, 2);
    ck_assert_uint_eq(o.on_error, ZG_ON_ERROR_LOG);
    ck_assert_uint_eq(o.exitcode, 7);
    ck_assert_uint_eq(o.stack_depth, 9);
    ck_assert_uint_eq(o.dedup, 0);
    ck_assert_uint_eq(o.summary, 1);
}
END_TEST

START_TEST(quotes)
{
    parses("log_path='/tmp/a b:c,d':trusted_uids=\"1,3-5\":suppressions=a\"b c\"d'e\"f'");
    ck_assert_str_eq(o.log_path, "/tmp/a b:c,d");
    ck_assert_str_eq(o.trusted_uids, "1,3-5");
    ck_assert_str_eq(o.suppressions, "ab cde\"f");
    parses("suppressions=");
    ck_assert_str_eq(o.suppressions, "");
    fails("log_path='abc", "log_path: the value's quote ' is not closed");
}
END_TEST

START_TEST(the_last_one_counts)
{
    parses("exitcode=1:exitcode=2");
    ck_assert_uint_eq(o.exitcode, 2);
    parses("harden=600");
    ck_assert_uint_eq(o.harden, 0600);
    parses("harden=0640");
    ck_assert_uint_eq(o.harden, 0640);
    parses("harden=off");
    ck_assert_uint_eq(o.harden, ZG_OPTION_UNSET);
}
END_TEST

START_TEST(switches_take_words)
{
    parses("summary=yes:dedup=false:require=on:symbolize=off");
    ck_assert_uint_eq(o.summary, 1);
    ck_assert_uint_eq(o.dedup, 0);
    ck_assert_uint_eq(o.require, 1);
    ck_assert_uint_eq(o.symbolize, 0);
}
END_TEST

START_TEST(kinds_by_name)
{
    parses("concurrent-use=warning:leak=error,ipc-acl=off");
    ck_assert_uint_eq(o.severity[0], 1);
    ck_assert_uint_eq(o.severity[1], 0);
    ck_assert_uint_eq(o.severity[2], 2);
    fails("ipc-acl=loud", "ipc-acl=loud: not one of off|warning|error");
    fails("ipc-acl=warnings",
          "ipc-acl=warnings: not one of off|warning|error; did you mean \"warning\"?");
}
END_TEST

START_TEST(typos)
{
    fails("POLICY=strict", "unknown option \"POLICY\"; did you mean \"policy\"?");
    fails("symbolize=2", "symbolize=2: not one of 0|1");
    fails("polcy=strict", "unknown option \"polcy\"; did you mean \"policy\"?");
    fails("concurent-use=off",
          "unknown option \"concurent-use\"; did you mean \"concurrent-use\"?");
    fails("zzzzzz=1", "unknown option \"zzzzzz\" (help=1 lists all)");
    fails("policy=fense", "policy=fense: not one of auto|fence|strict|overlap; "
                          "did you mean \"fence\"?");
    fails("policy=", "policy=: not one of auto|fence|strict|overlap");
    fails("exitcode=0", "exitcode=0: not a number from 1 to 255");
    fails("exitcode=-1", "exitcode=-1: not a number from 1 to 255");
    fails("exitcode=1x", "exitcode=1x: not a number from 1 to 255");
    fails("exitcode=99999999999999999999", "exitcode=99999999999999999999: not a number from 1 to "
                                           "255");
    fails("harden=0888", "harden=0888: not an octal mode up to 0777 (or off)");
    fails("harden=1777", "harden=1777: not an octal mode up to 0777 (or off)");
    fails("policy", "\"policy\" is not of the form KEY=VALUE (quote a value that contains ':', ',' "
                    "or a space)");
    fails("trusted_uids=1,2", "\"2\" is not of the form KEY=VALUE (quote a value that contains "
                              "':', ',' or a space)");
    fails("=1", "\"\" is not of the form KEY=VALUE (quote a value that contains ':', ',' or a "
                "space)");
    fails("a\033[2Jb=1", "unknown option \"a\\x1b[2Jb\" (help=1 lists all)");
}
END_TEST

START_TEST(too_long)
{
    char text[ZG_OPTION_TEXT_MAX + 20] = "log_path=";

    memset(text + 9, 'x', ZG_OPTION_TEXT_MAX - 1);
    parses(text);
    ck_assert_uint_eq(strlen(o.log_path), ZG_OPTION_TEXT_MAX - 1);
    strcat(text, "x");
    fails(text, "log_path: the value is longer than 1023 bytes");
}
END_TEST

START_TEST(id_lists)
{
    ck_assert(zg_options_id_listed("1000,1003-1005", 1000));
    ck_assert(zg_options_id_listed("1000,1003-1005", 1004));
    ck_assert(zg_options_id_listed("1000,1003-1005", 1005));
    ck_assert(!zg_options_id_listed("1000,1003-1005", 1002));
    ck_assert(!zg_options_id_listed("", 0));
    ck_assert(!zg_options_id_listed("1,x", 1));
    ck_assert(!zg_options_id_listed("4294967296", 0));
    parses("trusted_gids=5");
    fails("trusted_uids='1,'", "trusted_uids=1,: not a list of numbers such as '1000,1003-1005'");
    fails("trusted_uids=5-3", "trusted_uids=5-3: not a list of numbers such as '1000,1003-1005'");
    fails("trusted_uids=root", "trusted_uids=root: not a list of numbers such as "
                               "'1000,1003-1005'");
}
END_TEST

static int parse_include(const char *path)
{
    char text[512];

    snprintf(text, sizeof(text), "include='%s':exitcode=9", path);
    return parse(text);
}

START_TEST(include_file)
{
    ck_assert_int_eq(parse_include(file("a", "# all of it\npolicy=strict # why\n\n  exitcode=3\r\n"
                                             "log_path='#1'\n")),
                     0);
    ck_assert_uint_eq(o.policy, 2);
    ck_assert_uint_eq(o.exitcode, 9); /* what comes later counts */
    ck_assert_str_eq(o.log_path, "#1");
}
END_TEST

START_TEST(include_error_names_the_line)
{
    char message[512];
    const char *path = file("b", "policy=strict\n# a comment\n\nexitcode=x\n");

    ck_assert_int_eq(parse_include(path), -ZG_EINVAL);
    snprintf(message, sizeof(message), "%s:4: exitcode=x: not a number from 1 to 255", path);
    ck_assert_str_eq(error_text, message);
}
END_TEST

START_TEST(include_what_is_no_file)
{
    char path[256];

    ck_assert_int_eq(parse_include("/nonexistent/file"), -ZG_EINVAL);
    ck_assert_str_eq(error_text, "include=/nonexistent/file: no such file");
    ck_assert_int_eq(parse_include(dir), -ZG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error_text, ": not a regular file"));
    snprintf(path, sizeof(path), "%s/fifo", dir);
    ck_assert_int_eq(mkfifo(path, 0600), 0);
    ck_assert_int_eq(parse_include(path), -ZG_EINVAL); /* and does not hang */
    ck_assert_ptr_nonnull(strstr(error_text, ": not a regular file"));
}
END_TEST

START_TEST(include_loop)
{
    char text[512];

    snprintf(text, sizeof(text), "include=%s/loop2\n", dir);
    file("loop1", text);
    snprintf(text, sizeof(text), "include=%s/loop1\n", dir);
    ck_assert_int_eq(parse_include(file("loop2", text)), -ZG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error_text, "the file includes itself"));
}
END_TEST

START_TEST(include_depth)
{
    char name[16], text[512];

    file("deep0", "exitcode=5\n");
    for (int i = 1; i <= 8; i++) {
        snprintf(name, sizeof(name), "deep%d", i);
        snprintf(text, sizeof(text), "include=%s/deep%d\n", dir, i - 1);
        file(name, text);
    }
    snprintf(text, sizeof(text), "include=%s/deep7", dir);
    parses(text);
    ck_assert_uint_eq(o.exitcode, 5);
    snprintf(text, sizeof(text), "include=%s/deep8", dir);
    ck_assert_int_eq(parse(text), -ZG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error_text, "too many include= in one another"));
}
END_TEST

START_TEST(include_size)
{
    static char big[(64 << 10) + 1];
    const char *path;
    FILE *f;

    memset(big, '\n', sizeof(big) - 1);
    ck_assert_int_eq(parse_include(file("big", big)), -ZG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error_text, "longer than 64 KiB"));
    big[sizeof(big) - 2] = '\0';
    ck_assert_int_eq(parse_include(file("big", big)), 0);
    path = file("nul", "");
    f = fopen(path, "w");
    ck_assert_ptr_nonnull(f);
    fwrite("exitcode=5\n\0exitcode=x\n", 1, 23, f);
    fclose(f);
    ck_assert_int_eq(parse_include(path), -ZG_EINVAL);
    ck_assert_ptr_nonnull(strstr(error_text, "not a text file"));
}
END_TEST

START_TEST(help)
{
    static char text[16384];
    struct zg_buf out = zg_buf_on(text, sizeof(text));

    parses("help=1:policy=strict:harden=0600:leak=error");
    ck_assert(o.help);
    zg_options_help(&o, &out);
    ck_assert(!out.cut);
    ck_assert_ptr_nonnull(
        strstr(text, "policy=strict (default auto; auto|fence|strict|overlap): "));
    ck_assert_ptr_nonnull(strstr(text, "harden=0600 (default off; up to 0777): "));
    ck_assert_ptr_nonnull(strstr(text, "exitcode=66 (default 66; 1 to 255): "));
    ck_assert_ptr_nonnull(strstr(text, "log_path=stderr (default \"stderr\"): "));
    ck_assert_ptr_nonnull(strstr(text, "leak=error (default off; error|warning|off): "));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("options");
    char command[64];
    int failed;

    if (mkdtemp(dir) == NULL)
        return 1;
    tcase_add_checked_fixture(tc, setup, NULL);
    tcase_add_test(tc, provoke_is_a_word_or_a_number);
    tcase_add_test(tc, defaults);
    tcase_add_test(tc, every_separator);
    tcase_add_test(tc, quotes);
    tcase_add_test(tc, the_last_one_counts);
    tcase_add_test(tc, switches_take_words);
    tcase_add_test(tc, kinds_by_name);
    tcase_add_test(tc, typos);
    tcase_add_test(tc, too_long);
    tcase_add_test(tc, id_lists);
    tcase_add_test(tc, include_file);
    tcase_add_test(tc, include_error_names_the_line);
    tcase_add_test(tc, include_what_is_no_file);
    tcase_add_test(tc, include_loop);
    tcase_add_test(tc, include_depth);
    tcase_add_test(tc, include_size);
    tcase_add_test(tc, help);
    failed = run_suite("options", tc);
    snprintf(command, sizeof(command), "rm -rf %s", dir);
    return system(command) != 0 || failed;
}
