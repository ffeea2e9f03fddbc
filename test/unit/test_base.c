/* SPDX-License-Identifier: MPL-2.0 */
/* The base floor: text, table, arena, lock. */
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/lock.h"
#include "base/str.h"
#include "base/sys.h"
#include "base/table.h"
#include "unit/suite.h"

START_TEST(formats_are_printf_s)
{
    char ours[200], theirs[200];

    zg_format(ours, sizeof(ours), "%d|%5u|%04x|%lx|%s|%.3s|%c|%%|%o|%li|%-", -42, 7U, 0xabU,
              0xdeadbeefUL, "text", "cut off", 'c', 8U, -5000000000L);
    snprintf(theirs, sizeof(theirs), "%d|%5u|%04x|%lx|%s|%.3s|%c|%%|%o|%li|-", -42, 7U, 0xabU,
             0xdeadbeefUL, "text", "cut off", 'c', 8U, -5000000000L);
    ck_assert_str_eq(ours, theirs);
    zg_format(ours, sizeof(ours), "%d %lu %s", INT32_MIN, UINT64_MAX, (char *)NULL);
    ck_assert_str_eq(ours, "-2147483648 18446744073709551615 (null)");
}
END_TEST

START_TEST(what_does_not_fit_is_cut_and_remembered)
{
    char small[8];
    struct zg_buf b = zg_buf_on(small, sizeof(small));

    zg_buf_str(&b, "0123456789");
    ck_assert_str_eq(small, "0123456");
    ck_assert(b.cut);
}
END_TEST

START_TEST(what_came_from_outside_is_escaped)
{
    ZG_BUF(b, 100);

    zg_buf_format(&b, "%S", "a\nb\x1b[2J\\\xff~");
    ck_assert_str_eq(b.text, "a\\x0ab\\x1b[2J\\x5c\\xff~");
}
END_TEST

START_TEST(numbers_are_whole_or_refused)
{
    static const struct {
        const char *text;
        unsigned base;
        int rc;
        uint64_t value;
    } cases[] = {{"0", 0, 0, 0},
                 {"0600", 0, 0, 0600},
                 {"0x1F", 0, 0, 31},
                 {"600", 8, 0, 0600},
                 {"18446744073709551615", 10, 0, UINT64_MAX},
                 {"18446744073709551616", 10, -ZG_EINVAL, 0},
                 {"", 10, -ZG_EINVAL, 0},
                 {"12a", 10, -ZG_EINVAL, 0},
                 {"08", 0, -ZG_EINVAL, 0},
                 {"-1", 10, -ZG_EINVAL, 0},
                 {"0x", 0, -ZG_EINVAL, 0}};

    for (size_t i = 0; i < ZG_COUNT(cases); i++) {
        uint64_t v = 0;

        ck_assert_int_eq(zg_str_number(cases[i].text, strlen(cases[i].text), cases[i].base, &v),
                         cases[i].rc);
        if (cases[i].rc == 0)
            ck_assert_uint_eq(v, cases[i].value);
    }
}
END_TEST

START_TEST(patterns_match_as_documented)
{
    static const struct {
        const char *pattern, *text;
        bool matches;
    } cases[] = {{"send", "zmq_send", true},
                 {"^send", "zmq_send", false},
                 {"send$", "zmq_send", true},
                 {"^zmq_send$", "zmq_send", true},
                 {"z*d", "zmq_send", true},
                 {"^z*x$", "zmq_send", false},
                 {"*", "", true},
                 {"", "anything", true},
                 {"^$", "", true},
                 {"^$", "x", false},
                 {"a*a*a*b", "aaaaaaaaaaaaaa", false},
                 {"^*$", "x", true}};

    for (size_t i = 0; i < ZG_COUNT(cases); i++)
        ck_assert_msg(zg_str_matches(cases[i].pattern, cases[i].text) == cases[i].matches, "%s %s",
                      cases[i].pattern, cases[i].text);
}
END_TEST

START_TEST(distances_are_levenshtein_s)
{
    ck_assert_uint_eq(zg_str_distance("policy", "policy"), 0);
    ck_assert_uint_eq(zg_str_distance("polcy", "policy"), 1);
    ck_assert_uint_eq(zg_str_distance("kitten", "sitting"), 3);
    ck_assert_uint_eq(zg_str_distance("", "abc"), 3);
}
END_TEST

/* Entries that come and go for ever: what is there is found, what is not is not, and the table
 * does not grow. */
START_TEST(a_table_whose_entries_come_and_go_stays_small)
{
    static struct zg_table table;
    uintptr_t live[100] = {0};
    uint64_t random = 88172645463325252U;
    size_t mapped = 0;

    for (int i = 0; i < 1000000; i++) {
        size_t at;

        random ^= random << 13, random ^= random >> 7, random ^= random << 17;
        at = random % 100;
        if (live[at] != 0) {
            ck_assert_ptr_eq(zg_table_find(&table, live[at]), &live[at]);
            ck_assert_ptr_eq(zg_table_take(&table, live[at]), &live[at]);
            ck_assert_ptr_null(zg_table_find(&table, live[at]));
        }
        live[at] = (random | 0x1000) & ~(uintptr_t)15;
        ck_assert_int_eq(zg_table_put(&table, live[at], &live[at]), 0);
        if (i == 10000)
            mapped = zg_arena_mapped();
    }
    ck_assert_uint_le(zg_table_live(&table), 100);
    ck_assert_uint_eq(zg_arena_mapped(), mapped);
}
END_TEST

START_TEST(a_table_keeps_to_its_limit)
{
    static struct zg_table table = {.limit = 10};
    int x;

    for (uintptr_t key = 1; key <= 10; key++)
        ck_assert_int_eq(zg_table_put(&table, key * 64, &x), 0);
    ck_assert_int_eq(zg_table_put(&table, 11 * 64, &x), -ZG_EFULL);
    ck_assert_int_eq(zg_table_put(&table, 5 * 64, &table), 0);
    ck_assert_ptr_eq(zg_table_find(&table, 5 * 64), &table);
    ck_assert_ptr_null(zg_table_find(&table, 0));
}
END_TEST

/* A thread puts a record in the place of the first; who takes the first back must not take that. */
static struct zg_table replaced;
static int first_record, second_record;

static void *replace(void *unused)
{
    (void)zg_table_put(&replaced, 4096, &second_record);
    return unused;
}

START_TEST(only_the_record_that_is_meant_is_taken)
{
    ck_assert(!zg_table_take_if(&replaced, 4096, &first_record));
    ck_assert_int_eq(zg_table_put(&replaced, 4096, &first_record), 0);
    ck_assert(!zg_table_take_if(&replaced, 4096, &second_record));
    ck_assert(zg_table_take_if(&replaced, 4096, &first_record));
    ck_assert_ptr_null(zg_table_find(&replaced, 4096));
    for (int i = 0; i < 3000; i++) {
        pthread_t other;

        ck_assert_int_eq(zg_table_put(&replaced, 4096, &first_record), 0);
        ck_assert_int_eq(pthread_create(&other, NULL, replace, NULL), 0);
        (void)zg_table_take_if(&replaced, 4096, &first_record);
        ck_assert_int_eq(pthread_join(other, NULL), 0);
        ck_assert_ptr_eq(zg_table_take(&replaced, 4096), &second_record);
        ck_assert_uint_eq(zg_table_live(&replaced), 0);
    }
}
END_TEST

START_TEST(a_pool_gives_records_again_and_keeps_to_its_limit)
{
    struct thing {
        char text[40];
    };
    static struct zg_pool pool = ZG_POOL(struct thing, 2);
    void *a = zg_pool_get(&pool);
    void *b = zg_pool_get(&pool);

    ck_assert_ptr_nonnull(a);
    ck_assert_ptr_nonnull(b);
    ck_assert_ptr_null(zg_pool_get(&pool));
    zg_pool_put(&pool, a);
    ck_assert_ptr_eq(zg_pool_get(&pool), a);
}
END_TEST

START_TEST(a_fork_wipes_memory_for_caches)
{
    uint64_t *kept = zg_arena_alloc(4096), *wiped = zg_arena_alloc_wiped(4096);
    int status;
    pid_t child;

    kept[1] = wiped[1] = 7;
    child = fork();
    if (child == 0)
        _exit(kept[1] == 7 && wiped[1] == 0 ? 0 : 1);
    ck_assert_int_eq(waitpid(child, &status, 0), child);
    ck_assert_int_eq(status, 0);
    ck_assert_uint_eq(wiped[1], 7);
}
END_TEST

START_TEST(nothing_is_readable_at_null)
{
    uint64_t word = 0;

    ck_assert(!zg_sys_readable(NULL));
    ck_assert(!zg_sys_readable((const void *)8));
    ck_assert(zg_sys_readable(&word));
}
END_TEST

START_TEST(an_arena_has_a_ceiling)
{
    ck_assert_ptr_null(zg_arena_alloc(ZG_ARENA_CEILING + 1));
    ck_assert_ptr_null(zg_arena_alloc(0));
    ck_assert_uint_eq((uintptr_t)zg_arena_alloc(100) % 64, 0);
}
END_TEST

static struct zg_lock lock;
static uint64_t shared;

static void *count(void *arg)
{
    (void)arg;
    for (int i = 0; i < 200000; i++) {
        zg_lock_acquire(&lock);

        shared++;
        zg_lock_release(&lock);
    }
    return NULL;
}

START_TEST(a_lock_excludes)
{
    pthread_t t[3];

    for (int i = 0; i < 3; i++)
        pthread_create(&t[i], NULL, count, NULL);
    for (int i = 0; i < 3; i++)
        pthread_join(t[i], NULL);
    ck_assert_uint_eq(shared, 600000);
}
END_TEST

static volatile sig_atomic_t handled;

static void handle(int sig, siginfo_t *info, void *context)
{
    if (!zg_critical_defer(sig, info, context))
        handled = 1;
}

START_TEST(no_handler_runs_while_a_lock_is_held)
{
    struct sigaction action = {.sa_sigaction = handle, .sa_flags = SA_SIGINFO};

    sigaction(SIGUSR1, &action, NULL);
    zg_lock_acquire(&lock);
    raise(SIGUSR1);
    ck_assert_int_eq(handled, 0);
    zg_lock_release(&lock);
    ck_assert_int_eq(handled, 1);
}
END_TEST

START_TEST(descriptors_are_moved_out_of_the_way)
{
    int fd = zg_sys_open("/dev/null", 0, 0);

    ck_assert_int_ge(fd, ZG_SYS_FIRST_FD);
    zg_sys_close(fd);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("base");

    tcase_add_test(t, formats_are_printf_s);
    tcase_add_test(t, what_does_not_fit_is_cut_and_remembered);
    tcase_add_test(t, what_came_from_outside_is_escaped);
    tcase_add_test(t, numbers_are_whole_or_refused);
    tcase_add_test(t, patterns_match_as_documented);
    tcase_add_test(t, distances_are_levenshtein_s);
    tcase_add_test(t, a_table_whose_entries_come_and_go_stays_small);
    tcase_add_test(t, a_table_keeps_to_its_limit);
    tcase_add_test(t, a_pool_gives_records_again_and_keeps_to_its_limit);
    tcase_add_test(t, only_the_record_that_is_meant_is_taken);
    tcase_add_test(t, a_fork_wipes_memory_for_caches);
    tcase_add_test(t, an_arena_has_a_ceiling);
    tcase_add_test(t, a_lock_excludes);
    tcase_add_test(t, no_handler_runs_while_a_lock_is_held);
    tcase_add_test(t, nothing_is_readable_at_null);
    tcase_add_test(t, descriptors_are_moved_out_of_the_way);
    return run_suite("base", t);
}
