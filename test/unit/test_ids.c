/* SPDX-License-Identifier: MPL-2.0 */
/* Who is trusted, what a group consists of, and the umask. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "host/ids.h"
#include "unit/suite.h"

static char top[64];

static void setup(void)
{
    snprintf(top, sizeof(top), "/tmp/zg-ids-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(top));
    ck_assert_int_eq(chdir(top), 0);
}

static void teardown(void)
{
    (void)unlink("group");
    (void)unlink("passwd");
    ck_assert_int_eq(chdir("/"), 0);
    ck_assert_int_eq(rmdir(top), 0);
}

START_TEST(reads_the_umask_without_setting_it)
{
    uint32_t mask = 0;
    mode_t before = umask(0137);

    ck_assert_int_eq(zg_ids_umask(&mask), 0);
    ck_assert_uint_eq(mask, 0137);
    ck_assert_uint_eq(umask(before), 0137);
    ck_assert_int_eq(zg_ids_parse_umask("Name:\tx\nUmask:\t0022\n", &mask), 0);
    ck_assert_uint_eq(mask, 022);
    ck_assert_int_lt(zg_ids_parse_umask("Name:\tUmask:\t0022\n", &mask), 0);
    ck_assert_int_lt(zg_ids_parse_umask("Umask:\t\n", &mask), 0);
    ck_assert_int_lt(zg_ids_parse_umask("Umask:\t7777\n", &mask), 0);
    ck_assert_int_lt(zg_ids_parse_umask("Umask:", &mask), 0);
    ck_assert_int_lt(zg_ids_parse_umask("", &mask), 0);
}
END_TEST

START_TEST(knows_whom_to_trust)
{
    struct zg_ids ids = {.euid = 1000,
                         .ruid = 1001,
                         .overflow_uid = 65534,
                         .overflow_gid = 65534,
                         .all_mapped = true,
                         .trusted_uids = "7,100-102",
                         .trusted_gids = ""};

    ck_assert_int_eq(zg_ids_user(&ids, 0), ZG_TRUST_YES);
    ck_assert_int_eq(zg_ids_user(&ids, 1000), ZG_TRUST_YES);
    ck_assert_int_eq(zg_ids_user(&ids, 1001), ZG_TRUST_YES);
    ck_assert_int_eq(zg_ids_user(&ids, 101), ZG_TRUST_YES);
    ck_assert_int_eq(zg_ids_user(&ids, 1002), ZG_TRUST_NO);
    ck_assert_int_eq(zg_ids_user(&ids, 65534), ZG_TRUST_NO);
    ids.all_mapped = false; /* a container: who 65534 is cannot be told */
    ck_assert_int_eq(zg_ids_user(&ids, 65534), ZG_TRUST_UNKNOWN);
    ck_assert(zg_ids_map_is_total("         0          0 4294967295\n"));
    ck_assert(!zg_ids_map_is_total("         0       1000          1\n"));
    ck_assert(zg_ids_map_is_total("0 0 1000\n1000 1000 4294966295\n"));
    ck_assert(!zg_ids_map_is_total("rubbish"));
    ck_assert(!zg_ids_map_is_total(""));
}
END_TEST

static void put_file(const char *name, const char *text)
{
    FILE *f = fopen(name, "w");

    ck_assert_ptr_nonnull(f);
    fputs(text, f);
    fclose(f);
}

START_TEST(trusts_groups_of_trusted_users_only)
{
    static const struct {
        uint32_t gid;
        enum zg_trust trust;
    } cases[] = {
        {1000, ZG_TRUST_YES}, /* ann's own */
        {2000, ZG_TRUST_NO},  /* ann's own, but bob was added */
        {50, ZG_TRUST_NO},    /* nobody is in it: whoever runs a setgid program */
        {0, ZG_TRUST_YES},    /* root's */
        {300, ZG_TRUST_NO},   /* bob's primary group */
        {400, ZG_TRUST_NO},   /* a member whom passwd does not know */
        {500, ZG_TRUST_YES},  /* ann and root */
        {600, ZG_TRUST_NO},   /* a name that only ends like a trusted one */
        {777, ZG_TRUST_YES},  /* trusted_gids */
    };
    struct zg_ids ids = {.euid = 1000,
                         .ruid = 1000,
                         .egid = 1000,
                         .overflow_uid = 65534,
                         .overflow_gid = 65534,
                         .all_mapped = true,
                         .trusted_uids = "",
                         .trusted_gids = "777"};

    put_file("passwd", "root:x:0:0::/root:/bin/sh\nann:x:1000:1000::/:/bin/sh\n"
                       "# a comment\nbob:x:1002:300::/:/bin/sh\njoann:x:1003:1003::/:\n"
                       "second:x:1000:2000::/:");
    put_file("group", "root:x:0:\nstaff:x:50:\nann:x:1000:\nann2:x:2000:bob\nbob:x:300:\n"
                      "far:x:400:nis\nboth:x:500:ann,root\nodd:x:600:joann");
    for (size_t i = 0; i < ZG_COUNT(cases); i++)
        ck_assert_msg(zg_ids_group_in(&ids, cases[i].gid, "group", "passwd") == cases[i].trust,
                      "gid %u", cases[i].gid);
    ids.euid = ids.ruid = ids.egid = 4711; /* known to no file: a private group by its number */
    ck_assert_int_eq(zg_ids_group_in(&ids, 4711, "group", "passwd"), ZG_TRUST_YES);
    ck_assert_int_eq(zg_ids_group_in(&ids, 4712, "group", "passwd"), ZG_TRUST_NO);
    ck_assert_int_eq(zg_ids_group_in(&ids, 1000, "none", "none"), ZG_TRUST_NO);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("host");

    tcase_add_checked_fixture(c, setup, teardown);
    tcase_add_test(c, reads_the_umask_without_setting_it);
    tcase_add_test(c, knows_whom_to_trust);
    tcase_add_test(c, trusts_groups_of_trusted_users_only);
    return run_suite("ids", c);
}
