/* SPDX-License-Identifier: MPL-2.0 */
/* A ring of the newest hand-overs. */
#include "model/users.h"

#include "base/arena.h"
#include "base/str.h"

_Static_assert((ZG_USERS & (ZG_USERS - 1)) == 0, "the count may wrap");

/* Two that collide in a loop would fill the ring with one place. */
static bool is_again(const struct zg_user *newest, const struct zg_user *user)
{
    return newest->use == user->use && newest->before == user->before &&
           newest->actor == user->actor && newest->before_actor == user->before_actor &&
           newest->coming == user->coming;
}

void zg_users_add(struct zg_users **users, uint32_t object, const struct zg_user *user)
{
    struct zg_users *u = __atomic_load_n(users, __ATOMIC_ACQUIRE);
    uint32_t n;

    if (u == NULL) {
        struct zg_users *made = zg_arena_alloc(sizeof(*made));

        if (made == NULL)
            return;
        /* Two that come at once: the second one's memory is not used. */
        if (__atomic_compare_exchange_n(users, &u, made, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
            u = made;
    }
    if (__atomic_load_n(&u->object, __ATOMIC_RELAXED) != object) {
        __atomic_store_n(&u->count, 0, __ATOMIC_RELAXED);
        __atomic_store_n(&u->object, object, __ATOMIC_RELAXED);
    }
    n = __atomic_load_n(&u->count, __ATOMIC_RELAXED);
    if (n > 0 && is_again(&u->of[(n - 1) % ZG_USERS], user)) {
        u->of[(n - 1) % ZG_USERS].time = user->time;
        return;
    }
    n = __atomic_fetch_add(&u->count, 1, __ATOMIC_RELAXED);
    u->of[n % ZG_USERS] = *user;
}

bool zg_users_newest(const struct zg_users *users, uint32_t object, uint32_t n,
                     struct zg_user *user)
{
    uint32_t count;

    if (users == NULL || __atomic_load_n(&users->object, __ATOMIC_RELAXED) != object)
        return false;
    count = __atomic_load_n(&users->count, __ATOMIC_RELAXED);
    if (n >= ZG_USERS || n >= count)
        return false;
    *user = users->of[(count - 1 - n) % ZG_USERS];
    return true;
}
