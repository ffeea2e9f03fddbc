/* SPDX-License-Identifier: MPL-2.0 */
/* Stacks in reports: what is folded, what is named instead of shown again, how long names end. */
#include "report/layout.h"
#include "report/name.h"
#include "unit/suite.h"

static char text[8192];

struct stack {
    const char *heading;
    bool is_use;
    const char *frames[12]; /* own ones; those that begin with '-' are of a library */
};
static const struct stack *stacks;

static const char *line_of(const struct zg_layout *l, uint32_t n)
{
    (void)l, (void)n;
    return "what is known";
}

static void event_of(const struct zg_layout *l, uint32_t n, struct zg_layout_event *out)
{
    (void)l;
    *out = (struct zg_layout_event){
        .heading = stacks[n].heading, .is_use = stacks[n].is_use, .unfollowed = ""};
    while (stacks[n].frames[out->frames] != NULL)
        out->frames++;
}

static void frame_of(const struct zg_layout *l, uint32_t event, uint32_t n,
                     struct zg_layout_frame *out)
{
    const char *name = stacks[event].frames[n];

    (void)l;
    *out = (struct zg_layout_frame){
        .function = name[0] == '-' ? name + 1 : name,
        .file = name[0] == '-' ? "/usr/lib/python3/threading.py" : "app.py",
        .line = 7,
        .module = "",
        .is_script = true,
        .is_library = name[0] == '-',
    };
}

static const char *written(const struct stack *of, uint32_t count, bool all)
{
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    struct zg_layout l = {
        .is_error = true,
        .all_frames = all,
        .kind = "kind",
        .sentence = "sentence",
        .rule = "rule",
        .fix = "fix",
        .suppression = "suppression",
        .where = "where",
        .expired = "",
        .from = "",
        .pid = 1,
        .line_count = 1,
        .event_count = count,
        .endpoint = "",
        .umask = "",
        .peer = "",
        .line = line_of,
        .event = event_of,
        .frame = frame_of,
    };

    stacks = of;
    zg_layout_write(&l, &zg_palette_plain, &b);
    return text;
}

#define HEAD                                                                                       \
    "==================================================================\n"                         \
    "ERROR: libzmqguard: kind: sentence (pid=1)\n"
#define TAIL                                                                                       \
    "  rule: rule\n  fix:  fix; one-line suppression: suppression\n"                               \
    "SUMMARY: libzmqguard: kind where\n"                                                           \
    "==================================================================\n"

START_TEST(libraries_are_folded)
{
    static const struct stack one[] = {
        {"send() by T2", true, {"-send", "-send", "push", "-run", "work", "-a", "-b"}}};

    ck_assert_str_eq(written(one, 1, false),
                     HEAD "  send() by T2:\n    #2 push app.py:7\n    #4 work app.py:7\n"
                          "    (in libraries: #0-1 threading.py, #3 threading.py, #5-6 "
                          "threading.py)\n  what is known\n" TAIL);
    written(one, 1, true);
    ck_assert_ptr_nonnull(strstr(text, "    #0 send /usr/lib/python3/threading.py:7\n    #1 send"));
    ck_assert_ptr_nonnull(strstr(text, "    #6 b /usr/lib/python3/threading.py:7\n  what"));
}
END_TEST

START_TEST(many_runs_of_libraries)
{
    static const struct stack one[] = {
        {"x", true, {"-a", "b", "-c", "d", "-e", "f", "-g", "h", "-i", "j", "-k"}}};

    written(one, 1, false);
    ck_assert_ptr_nonnull(strstr(text, "#6 threading.py, ...)\n  what"));
}
END_TEST

START_TEST(nothing_but_libraries)
{
    static const struct stack one[] = {
        {"x", true, {"-a", "-b", "-c", "-d", "-e", "-f", "-g", "-h", "-i", "-j"}}};

    written(one, 1, false);
    ck_assert_ptr_nonnull(strstr(text, "    #7 h /usr/lib/python3/threading.py:7\n"
                                       "    (and 2 more; frames=all shows them)\n"));
}
END_TEST

START_TEST(uses_first_and_no_stack_twice)
{
    static const struct stack four[] = {{"thread T2 \"w\" created", false, {"main"}},
                                        {"send() by thread T2 \"w\" (tid 3)", true, {"push"}},
                                        {"last use by owner T1: send()", true, {"push"}},
                                        {"thread T1 created", false, {"main"}}};

    ck_assert_str_eq(written(four, 4, false),
                     HEAD "  send() by thread T2 \"w\" (tid 3):\n    #0 push app.py:7\n"
                          "  last use by owner T1: send():\n"
                          "    (the same stack as above: send() by thread T2)\n"
                          "  what is known\n"
                          "  thread T2 \"w\" created:\n    #0 main app.py:7\n"
                          "  thread T1 created:\n"
                          "    (the same stack as above: thread T2)\n" TAIL);
}
END_TEST

static const char *shorter(const char *name, size_t max)
{
    struct zg_buf b = zg_buf_on(text, sizeof(text));

    zg_name_put(&b, name, max);
    return text;
}

START_TEST(names)
{
    ck_assert_str_eq(shorter("f(int)", 20), "f(int)");
    ck_assert_str_eq(shorter("ns::A<std::map<int, long> >::f(int)", 20), "ns::A<...>::f(int)");
    ck_assert_str_eq(shorter("A<aaaaaaaaaaaaaa>::f(int, long, char)", 20), "A<...>::f(...)");
    ck_assert_str_eq(shorter("bool n::operator< <int>(int, int)", 30),
                     "bool n::operator< <...>(...)");
    ck_assert_str_eq(shorter("A<aaaaaaaaaaaaaaaa>::operator->() const", 30),
                     "A<...>::operator->() const");
    ck_assert_str_eq(shorter("std::ostream& operator<<(std::ostream&, a::b const&)", 40),
                     "std::ostream& operator<<(...)");
    ck_assert_str_eq(shorter("abcdefghijklmnopqrstuvwxyz", 20), "abcdefgh...rstuvwxyz");
    ck_assert_str_eq(shorter("A<aaaaaaaaaaaaaaaaaaaaaaaa", 20), "A<...");
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("layout");

    tcase_add_test(tc, libraries_are_folded);
    tcase_add_test(tc, many_runs_of_libraries);
    tcase_add_test(tc, nothing_but_libraries);
    tcase_add_test(tc, uses_first_and_no_stack_twice);
    tcase_add_test(tc, names);
    return run_suite("layout", tc);
}
