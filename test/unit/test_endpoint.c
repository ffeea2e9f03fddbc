/* SPDX-License-Identifier: MPL-2.0 */
/* The rules for ipc endpoints, exhaustively, against a second wording of them. */

#include "model/endpoint.h"
#include "unit/suite.h"

static bool has(struct zg_verdict v, enum zg_issue issue)
{
    return zg_verdict_has(&v, issue);
}

static const enum zg_trust trusts[] = {ZG_TRUST_NO, ZG_TRUST_YES, ZG_TRUST_UNKNOWN};

/* "/" and a directory, both sound, then a socket with mode 0600. */
static struct zg_endpoint_facts sound(void)
{
    struct zg_endpoint_facts f = {.form = ZG_IPC_ABSOLUTE, .complete = true, .count = 3};

    for (int i = 0; i < 3; i++)
        f.steps[i] = (struct zg_step_facts){
            .type = i < 2 ? 'd' : 's',
            .mode = i < 2 ? 0755 : 0600,
            .owner = ZG_TRUST_YES,
            .group = ZG_TRUST_NO,
        };
    return f;
}

static struct zg_verdict judge(const struct zg_endpoint_facts *f)
{
    struct zg_verdict v;

    zg_endpoint_judge(f, &v);
    return v;
}

START_TEST(says_nothing_of_a_sound_endpoint)
{
    struct zg_endpoint_facts f = sound();

    ck_assert_uint_eq(judge(&f).issues, 0);
    ck_assert_uint_eq(judge(&f).shield, ZG_NO_STEP);
    f.identity_known = f.is_ours = true;
    f.later = true;
    ck_assert_uint_eq(judge(&f).issues, 0);
}
END_TEST

/* ck_assert is too slow for a million cases. */
#define agree(a, b)                                                                                \
    do {                                                                                           \
        if ((a) != (b))                                                                            \
            ck_abort_msg("%s != %s", #a, #b);                                                      \
    } while (0)

/* Who, of all others, could write to something? The wording of the test: by class of user. */
static bool others_write(const struct zg_step_facts *s)
{
    return (s->mode & 2) != 0;
}

static bool group_writes(const struct zg_step_facts *s)
{
    return s->group == ZG_TRUST_NO && (s->has_acl ? s->acl_group_write : (s->mode & 020) != 0);
}

static void check_file(const struct zg_endpoint_facts *f)
{
    const struct zg_step_facts *s = &f->steps[2];
    struct zg_verdict v = judge(f);

    agree(has(v, ZG_ISSUE_WORLD_WRITABLE), others_write(s));
    agree(has(v, ZG_ISSUE_GROUP_WRITABLE), !others_write(s) && group_writes(s));
    agree(has(v, ZG_ISSUE_ACL), s->acl_untrusted);
    agree(has(v, ZG_ISSUE_OWNER), s->owner == ZG_TRUST_NO && !s->remapped);
    agree(v.issues & ~(1U << ZG_ISSUE_WORLD_WRITABLE | 1U << ZG_ISSUE_GROUP_WRITABLE |
                       1U << ZG_ISSUE_ACL | 1U << ZG_ISSUE_OWNER),
          0);
}

START_TEST(judges_every_mode_owner_and_acl_of_the_file)
{
    struct zg_endpoint_facts f = sound();

    for (uint32_t mode = 0; mode < 01000; mode++) {
        for (uint32_t n = 0; n < 3 * 3 * 16; n++) {
            f.steps[2].mode = mode;
            f.steps[2].owner = trusts[n % 3];
            f.steps[2].group = trusts[n / 3 % 3];
            f.steps[2].has_acl = (n / 9 & 1) != 0;
            f.steps[2].acl_group_write = (n / 9 & 2) != 0;
            f.steps[2].acl_untrusted = (n / 9 & 4) != 0;
            f.steps[2].remapped = (n / 9 & 8) != 0;
            check_file(&f);
        }
    }
}
END_TEST

static void check_directory(const struct zg_endpoint_facts *f, uint32_t at)
{
    const struct zg_step_facts *s = &f->steps[at];
    struct zg_verdict v = judge(f);
    bool sticky = (s->mode & 01000) != 0;

    agree(has(v, ZG_ISSUE_PARENT_WRITABLE), others_write(s) && !sticky);
    agree(has(v, ZG_ISSUE_PARENT_STICKY), others_write(s) && sticky && at == 1);
    agree(has(v, ZG_ISSUE_PARENT_GROUP), !others_write(s) && group_writes(s) && !sticky);
    agree(has(v, ZG_ISSUE_PARENT_OWNER), s->owner == ZG_TRUST_NO && !s->remapped);
    agree(has(v, ZG_ISSUE_PARENT_ACL), s->acl_untrusted && !sticky);
    agree(v.shield, (s->mode & 1) != 0 ? ZG_NO_STEP : at);
    for (uint32_t i = 0; i < ZG_ISSUES; i++) {
        if (has(v, i))
            agree(v.step[i], at);
    }
}

START_TEST(judges_every_mode_owner_and_acl_of_each_directory)
{
    for (uint32_t at = 0; at < 2; at++) {
        struct zg_endpoint_facts f = sound();

        for (uint32_t mode = 0; mode < 02000; mode++) {
            for (uint32_t n = 0; n < 3 * 3 * 16; n++) {
                f.steps[at].mode = mode;
                f.steps[at].owner = trusts[n % 3];
                f.steps[at].group = trusts[n / 3 % 3];
                f.steps[at].has_acl = (n / 9 & 1) != 0;
                f.steps[at].acl_group_write = (n / 9 & 2) != 0;
                f.steps[at].acl_untrusted = (n / 9 & 4) != 0;
                f.steps[at].remapped = (n / 9 & 8) != 0;
                check_directory(&f, at);
            }
        }
    }
}
END_TEST

START_TEST(judges_links_by_their_owner_and_by_the_directory_they_lie_in)
{
    for (size_t owner = 0; owner < 3; owner++) {
        for (uint32_t mode = 0; mode < 02000; mode++) {
            struct zg_endpoint_facts f = sound();
            struct zg_verdict v;
            bool open = (mode & 022) != 0 && (mode & 01000) == 0;

            f.count = 4;
            f.steps[3] = f.steps[2];
            f.steps[2] = f.steps[1];
            f.steps[1].type = 'l';
            f.steps[1].mode = 0777; /* as links have: means nothing */
            f.steps[1].owner = trusts[owner];
            f.steps[0].mode = mode;
            v = judge(&f);
            agree(has(v, ZG_ISSUE_LINK_OWNER), trusts[owner] == ZG_TRUST_NO);
            agree(has(v, ZG_ISSUE_LINK_REPLACEABLE), open);
        }
    }
}
END_TEST

START_TEST(tells_apart_the_socket_that_was_bound)
{
    for (unsigned n = 0; n < 16; n++) {
        struct zg_endpoint_facts f = sound();
        struct zg_verdict v;
        bool socket = (n & 1) != 0, known = (n & 2) != 0, ours = (n & 4) != 0, later = n >= 8;
        bool wrong = !socket || (known && !ours);

        f.steps[2].type = socket ? 's' : '-';
        f.identity_known = known;
        f.is_ours = ours;
        f.later = later;
        v = judge(&f);
        agree(has(v, ZG_ISSUE_REPLACED), wrong && later);
        agree(has(v, ZG_ISSUE_NOT_SOCKET), !socket && !later);
        agree(has(v, ZG_ISSUE_NOT_OURS), socket && known && !ours && !later);
    }
}
END_TEST

START_TEST(notices_a_mode_that_was_wider_at_the_bind)
{
    for (unsigned n = 0; n < 16; n++) {
        struct zg_endpoint_facts f = sound();
        bool all = (n & 1) != 0, group = (n & 2) != 0;
        uint32_t now = n / 4 == 0 ? 0600 : n / 4 == 1 ? 0660 : n / 4 == 2 ? 0666 : 0644;
        bool narrower = (now & 2) == 0 && (all || (group && (now & 020) == 0));

        f.later = true;
        f.was_open_to_all = all;
        f.was_open_to_group = group;
        f.steps[2].mode = now;
        ck_assert_int_eq(has(judge(&f), ZG_ISSUE_WINDOW), narrower);
        f.later = false;
        ck_assert(!has(judge(&f), ZG_ISSUE_WINDOW));
    }
}
END_TEST

START_TEST(judges_what_has_no_file)
{
    struct zg_endpoint_facts f = sound();
    struct zg_verdict v;

    f.form = ZG_IPC_ABSTRACT;
    ck_assert_uint_eq(judge(&f).issues, 1U << ZG_ISSUE_ABSTRACT);
    f.form = ZG_IPC_RELATIVE;
    ck_assert_uint_eq(judge(&f).issues, 1U << ZG_ISSUE_RELATIVE);
    f = sound();
    f.count = 2;
    f.complete = false;
    f.gone = true;
    ck_assert_uint_eq(judge(&f).issues, 1U << ZG_ISSUE_GONE);
    f.later = true; /* taken away: whether by this process itself the hooks know */
    ck_assert_uint_eq(judge(&f).issues, 1U << ZG_ISSUE_REPLACED);
    f.gone = false; /* a directory that may not be searched any more */
    f.steps[1] = (struct zg_step_facts){.type = '?', .owner = ZG_TRUST_UNKNOWN};
    v = judge(&f);
    ck_assert_uint_eq(v.issues, 0);
    f.count = 0;
    ck_assert_uint_eq(judge(&f).issues, 0);
}
END_TEST

START_TEST(lets_only_dead_sockets_of_ours_be_removed)
{
    static const char types[] = {'s', '-', 'd', '?'};

    for (unsigned n = 0; n < 4 * 3 * 4; n++) {
        struct zg_unlink_facts f = {
            .type = types[n % 4],
            .owner = trusts[n / 4 % 3],
            .served = (n / 12 & 1) != 0,
            .served_by_us = (n / 12 & 2) != 0,
        };
        enum zg_unlink expected = ZG_UNLINK_FINE;

        if (f.type == '-')
            expected = ZG_UNLINK_NOT_SOCKET;
        else if (f.type == 's' && f.served && !f.served_by_us)
            expected = ZG_UNLINK_LIVE;
        else if (f.type == 's' && f.owner == ZG_TRUST_NO)
            expected = ZG_UNLINK_OWNER;
        ck_assert_int_eq(zg_unlink_judge(&f), expected);
    }
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("rules");

    tcase_add_test(c, says_nothing_of_a_sound_endpoint);
    tcase_add_test(c, judges_every_mode_owner_and_acl_of_the_file);
    tcase_add_test(c, judges_every_mode_owner_and_acl_of_each_directory);
    tcase_add_test(c, judges_links_by_their_owner_and_by_the_directory_they_lie_in);
    tcase_add_test(c, tells_apart_the_socket_that_was_bound);
    tcase_add_test(c, notices_a_mode_that_was_wider_at_the_bind);
    tcase_add_test(c, judges_what_has_no_file);
    tcase_add_test(c, lets_only_dead_sockets_of_ours_be_removed);
    return run_suite("endpoint", c);
}
