/* SPDX-License-Identifier: MPL-2.0 */
/* Changing to a stack of our own and back. */
#include "base/altstack.h"

#include "base/arena.h"
#include "base/sys.h"

struct altstack {
    char stack[ZG_ALTSTACK_SIZE - 8192];
    zg_arch_context from __attribute__((aligned(16))); /* the ABIs want a stack to begin so */
    zg_altstack_work *work;
    void *arg;
    void *pool_link;
};
_Static_assert(sizeof(struct altstack) <= ZG_ALTSTACK_SIZE, "whole pages");

static struct zg_pool pool = ZG_POOL(struct altstack, ZG_ALTSTACK_MAX);
static struct altstack *spare; /* atomic: one that is free, got without a lock or a system call */

ZG_ARCH_CALL_ON(zg_altstack_change)
__attribute__((visibility("hidden"))) void zg_altstack_change(void (*fn)(void *), void *arg,
                                                              void *top);

static struct altstack *get(void)
{
    struct altstack *a = __atomic_exchange_n(&spare, NULL, __ATOMIC_ACQUIRE);

    return a != NULL ? a : zg_pool_get(&pool);
}

static void put(struct altstack *a)
{
    struct altstack *none = NULL;

    if (!__atomic_compare_exchange_n(&spare, &none, a, false, __ATOMIC_RELEASE, __ATOMIC_RELAXED))
        zg_pool_put(&pool, a);
}

static void begin(void *arg)
{
    struct altstack *a = arg;

    a->work(a->arg, &a->from);
}

ZG_NOINLINE bool zg_altstack_call(zg_altstack_work *work, void *arg)
{
    zg_critical_enter();
    struct altstack *a = get();

    if (a != NULL) {
        a->work = work;
        a->arg = arg;
        zg_arch_capture(&a->from);
        /* Valgrind says on stderr that the stack was changed. */
        if (zg_arch_on_valgrind())
            begin(a);
        else
            zg_altstack_change(begin, a, &a->from);
        put(a);
    }
    zg_critical_leave();
    return a != NULL;
}
