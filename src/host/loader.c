/* SPDX-License-Identifier: MPL-2.0 */
/* Who is inside of a dlopen at this moment. */
#include "host/loader.h"

#include "host/fork.h"

static uint32_t inside; /* atomic: calls of dlopen that are running, in all threads */
static __thread uint32_t inside_here __attribute__((tls_model("initial-exec")));

void zg_loader_enter(void)
{
    inside_here++;
    __atomic_add_fetch(&inside, 1, __ATOMIC_RELAXED);
}

void zg_loader_leave(void)
{
    inside_here--;
    __atomic_sub_fetch(&inside, 1, __ATOMIC_RELAXED);
}

bool zg_loader_is_opening_elsewhere(void)
{
    return __atomic_load_n(&inside, __ATOMIC_RELAXED) != inside_here;
}

bool zg_loader_is_busy_elsewhere(void)
{
    return zg_loader_is_opening_elsewhere() || zg_fork_list_is_held();
}
