/* SPDX-License-Identifier: MPL-2.0 */
/* Results of std::promise and its kin. */
#include "track/promise.h"

#include "base/str.h"
#include "model/sync_table.h"
#include "report/counters.h"
#include "track/edge.h"

#define KNOWN     4
#define PAGE      ((uintptr_t)4096)
#define ALL       ((const void *)1) /* one object for all results */
#define TYPE_NAME "NSt13__future_base"

/* std::__future_base::_State_baseV2. */
struct shared_state {
    const struct type *const *vptr;
    const void *result;
    uint32_t status;
    unsigned char retrieved;
    uint32_t once; /* what pthread_once() is given */
};

/* std::type_info. */
struct type {
    const void *vptr;
    const char *name; /* mangled; with an asterisk before it when the type is known in one file */
};

/* vptrs that were found to be of shared states. Atomic, written in turn. */
static const void *known[KNOWN];
static uint32_t next_known;

static bool is_known(const void *vptr)
{
    for (int i = 0; i < KNOWN; i++)
        if (__atomic_load_n(&known[i], __ATOMIC_RELAXED) == vptr)
            return true;
    return false;
}

/* Reads what may not be there, in words of 8 bytes; false when it is not. Valgrind would complain
 * of a look before the beginning of a block. */
static bool look(const void *at, void *to, size_t size)
{
    if (zg_unlikely(zg_arch_on_valgrind()))
        return zg_sys_peek((uintptr_t)at, to, size);
    for (size_t i = 0; i < size; i += 8) {
        if (!zg_sys_readable((const char *)at + i))
            return false;
        memcpy((char *)to + i, (const char *)at + i, 8);
    }
    return true;
}

static bool has_name(const char *name)
{
    char text[24];

    _Static_assert(sizeof(TYPE_NAME) < sizeof(text), "with an asterisk");
    return look(name, text, sizeof(text)) &&
           zg_str_starts(text[0] == '*' ? text + 1 : text, TYPE_NAME);
}

/* Of an object of class type with that vptr. Without run-time type information (-fno-rtti) the
 * word is NULL; then looks alone must do. */
static bool is_of_shared_state(const struct type *const *vptr)
{
    const struct type *type;
    struct type t;

    if ((uintptr_t)vptr % sizeof(void *) != 0 || !look(vptr - 1, &type, sizeof(type)))
        return false;
    return type == NULL || (look(type, &t, sizeof(t)) && has_name(t.name));
}

static bool is_result(const void *control)
{
    uintptr_t at = (uintptr_t)control - offsetof(struct shared_state, once);
    struct shared_state s;

    if (at % sizeof(void *) != 0)
        return false;
    /* The flag's own page is there. */
    if (at / PAGE == (uintptr_t)control / PAGE && zg_likely(!zg_arch_on_valgrind()))
        memcpy(&s, (const void *)at, offsetof(struct shared_state, once));
    else if (!look((const void *)at, &s, offsetof(struct shared_state, once)))
        return false;
    if (s.vptr == NULL || s.retrieved > 1 || s.result == NULL)
        return false;
    if (is_known(s.vptr))
        return true;
    if (!is_of_shared_state(s.vptr))
        return false;
    __atomic_store_n(&known[__atomic_fetch_add(&next_known, 1, __ATOMIC_RELAXED) % KNOWN], s.vptr,
                     __ATOMIC_RELAXED);
    return true;
}

void zg_promise_set(const void *control, uintptr_t caller)
{
    if (zg_edge_is_active() && is_result(control))
        zg_edge_release(caller, ALL, ZG_SYNC_PROMISE, ZG_SYNC_SHARED);
}

void zg_promise_made(uintptr_t caller)
{
    zg_edge_release(caller, ALL, ZG_SYNC_PROMISE, ZG_SYNC_SHARED);
}

bool zg_promise_orders(const struct zg_call *call, const struct zg_prior *prior)
{
    struct zg_actor *a = &call->thread->actor;

    (void)zg_sync_acquire_tag(a, zg_sync_tag((uintptr_t)ALL, ZG_SYNC_PROMISE));
    if (!zg_actor_knows(a, prior->epoch))
        return false;
    zg_count(ZG_COUNT_PROMISED);
    return true;
}
