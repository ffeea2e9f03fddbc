/* SPDX-License-Identifier: MPL-2.0 */
/* The ring of the newest hand-overs of an object. */
#include "model/users.h"
#include "unit/suite.h"

START_TEST(the_newest_first)
{
    struct zg_users *users = NULL;
    struct zg_user user;

    ck_assert(!zg_users_newest(users, 1, 0, &user));
    for (uint32_t i = 1; i <= 3 * ZG_USERS + 1; i++) {
        zg_users_add(&users, 1, &(struct zg_user){.actor = i});
        ck_assert(zg_users_newest(users, 1, 0, &user) && user.actor == i);
        for (uint32_t n = 0; n < ZG_USERS + 2; n++) {
            ck_assert_int_eq(zg_users_newest(users, 1, n, &user), n < i && n < ZG_USERS);
            if (n < i && n < ZG_USERS)
                ck_assert_uint_eq(user.actor, i - n);
        }
    }
}
END_TEST

/* A record goes to another object, with its ring. */
START_TEST(of_one_object)
{
    struct zg_users *users = NULL;
    const struct zg_users *first;
    struct zg_user user;

    zg_users_add(&users, 7, &(struct zg_user){.actor = 1});
    first = users;
    ck_assert(!zg_users_newest(users, 8, 0, &user));
    zg_users_add(&users, 8, &(struct zg_user){.actor = 2});
    ck_assert_ptr_eq(users, first);
    ck_assert(!zg_users_newest(users, 7, 0, &user));
    ck_assert(zg_users_newest(users, 8, 0, &user) && user.actor == 2);
    ck_assert(!zg_users_newest(users, 8, 1, &user));
}
END_TEST

START_TEST(the_same_again_takes_no_room)
{
    struct zg_users *users = NULL;
    struct zg_user user;

    zg_users_add(&users, 1, &(struct zg_user){.actor = 1, .use = 1});
    for (uint64_t i = 1; i <= 100; i++)
        zg_users_add(&users, 1, &(struct zg_user){.actor = 2, .use = 2, .time = i});
    ck_assert(zg_users_newest(users, 1, 0, &user) && user.actor == 2 && user.time == 100);
    ck_assert(zg_users_newest(users, 1, 1, &user) && user.actor == 1);
    ck_assert(!zg_users_newest(users, 1, 2, &user));
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("users");

    tcase_add_test(tc, the_newest_first);
    tcase_add_test(tc, of_one_object);
    tcase_add_test(tc, the_same_again_takes_no_room);
    return run_suite("users", tc);
}
