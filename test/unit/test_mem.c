/* SPDX-License-Identifier: MPL-2.0 */
/* The guard's own memory and string functions (base/mem.c) against loops that need no thought. This
 * program is linked with them: the names below are theirs, called by way of pointers, so that no
 * compiler knows better. */
#include <check.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define SIZE 700

static void *(*volatile copy)(void *, const void *, size_t) = memcpy;
static void *(*volatile move)(void *, const void *, size_t) = memmove;
static void *(*volatile set)(void *, int, size_t) = memset;
static int (*volatile compare)(const void *, const void *, size_t) = memcmp;
static void *(*volatile find)(const void *, int, size_t) = memchr;
static size_t (*volatile length)(const char *) = strlen;
static size_t (*volatile bounded)(const char *, size_t) = strnlen;
static char *(*volatile first)(const char *, int) = strchr;
static char *(*volatile last)(const char *, int) = strrchr;
static char *(*volatile first_or_end)(const char *, int) = strchrnul;
static int (*volatile order)(const char *, const char *) = strcmp;
static int (*volatile order_n)(const char *, const char *, size_t) = strncmp;
static size_t (*volatile span)(const char *, const char *) = strspn;
static size_t (*volatile cspan)(const char *, const char *) = strcspn;
static char *(*volatile within)(const char *, const char *) = strstr;

static unsigned char a[SIZE], b[SIZE], c[SIZE];

static void fill(unsigned seed)
{
    srand(seed);
    for (size_t i = 0; i < SIZE; i++)
        a[i] = c[i] = (unsigned char)rand();
}

static int same(const unsigned char *x, const unsigned char *y)
{
    size_t i = 0;

    while (i < SIZE && x[i] == y[i])
        i++;
    return i == SIZE;
}

/* A place or a length, the short ones often. */
static size_t some(size_t limit)
{
    size_t n = (size_t)rand();

    return n % (rand() % 2 ? limit : limit < 20 ? limit : 20);
}

START_TEST(bytes_are_moved_whatever_overlaps)
{
    for (unsigned seed = 0; seed < 20000; seed++) {
        size_t from, to, n;
        unsigned char saved[SIZE];

        fill(seed);
        n = some(SIZE / 2 + 1);
        from = some(SIZE - n);
        to = some(SIZE - n);
        for (size_t i = 0; i < SIZE; i++)
            saved[i] = a[i];
        for (size_t i = 0; i < n; i++)
            c[to + i] = saved[from + i];
        ck_assert_ptr_eq(move(a + to, a + from, n), a + to);
        ck_assert(same(a, c));
        ck_assert_ptr_eq(copy(b, a, SIZE), b);
        ck_assert_ptr_eq(copy(b + to, saved + from, n), b + to);
        ck_assert(same(b, c));
        ck_assert_ptr_eq(set(b + to, (int)seed, n), b + to);
        for (size_t i = to; i < to + n; i++)
            c[i] = (unsigned char)seed;
        ck_assert(same(b, c));
    }
}
END_TEST

START_TEST(bytes_are_compared_as_unsigned)
{
    for (unsigned seed = 0; seed < 20000; seed++) {
        size_t n, at, where;

        fill(seed);
        n = some(SIZE - 8) + 1;
        at = some(8);
        where = some(n);
        copy(b + at, a + at, n);
        ck_assert_int_eq(compare(a + at, b + at, n), 0);
        b[at + where] ^= 0x80;
        ck_assert_int_eq(compare(a + at, b + at, n) > 0, a[at + where] > b[at + where]);
        ck_assert_int_eq(compare(a + at, b + at, n) < 0, a[at + where] < b[at + where]);
        ck_assert_int_eq(compare(a + at, b + at, where), 0);
        for (where = 0; where < n && a[at + where] != 7; where++)
            ;
        ck_assert_ptr_eq(find(a + at, 7 + 256, n), where < n ? a + at + where : NULL);
    }
}
END_TEST

START_TEST(strings_are_read_to_their_end_and_no_further)
{
    static const char s[] = "one two two\0two";

    ck_assert_uint_eq(length(s), 11);
    ck_assert_uint_eq(length(""), 0);
    ck_assert_uint_eq(bounded(s, 5), 5);
    ck_assert_uint_eq(bounded(s, 50), 11);
    ck_assert_ptr_eq(first(s, 't'), s + 4);
    ck_assert_ptr_eq(first(s, 'x'), NULL);
    ck_assert_ptr_eq(first(s, '\0'), s + 11);
    ck_assert_ptr_eq(first_or_end(s, 'x'), s + 11);
    ck_assert_ptr_eq(last(s, 't'), s + 8);
    ck_assert_ptr_eq(last(s, '\0'), s + 11);
    ck_assert_ptr_eq(last(s, 'x'), NULL);
    ck_assert_uint_eq(span(s, "neo"), 3);
    ck_assert_uint_eq(cspan(s, " "), 3);
    ck_assert_uint_eq(cspan(s, "x"), 11);
    ck_assert_ptr_eq(within(s, "two"), s + 4);
    ck_assert_ptr_eq(within(s, ""), s);
    ck_assert_ptr_eq(within(s, "twos"), NULL);
    ck_assert_ptr_eq(within(s, "o two"), s + 6);
}
END_TEST

START_TEST(strings_are_ordered_as_unsigned)
{
    ck_assert_int_eq(order("same", "same"), 0);
    ck_assert_int_lt(order("abc", "abd"), 0);
    ck_assert_int_gt(order("abc", "ab"), 0);
    ck_assert_int_gt(order("\xff", "a"), 0);
    ck_assert_int_eq(order_n("abc", "abd", 2), 0);
    ck_assert_int_lt(order_n("abc", "abd", 3), 0);
    ck_assert_int_eq(order_n("ab\0x", "ab\0y", 4), 0);
    ck_assert_int_eq(order_n("a", "b", 0), 0);
}
END_TEST

int main(void)
{
    Suite *s = suite_create("mem");
    TCase *t = tcase_create("mem");
    SRunner *runner = srunner_create(s);
    int failed;

    tcase_set_timeout(t, 300);
    tcase_add_test(t, bytes_are_moved_whatever_overlaps);
    tcase_add_test(t, bytes_are_compared_as_unsigned);
    tcase_add_test(t, strings_are_read_to_their_end_and_no_further);
    tcase_add_test(t, strings_are_ordered_as_unsigned);
    suite_add_tcase(s, t);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
