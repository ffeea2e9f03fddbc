/* SPDX-License-Identifier: MPL-2.0 */
/* Noticing a fork by a page that is zero in the child (MADV_WIPEONFORK, Linux 4.14). */
#include "host/fork.h"

#include <sys/mman.h>

#include "base/sys.h"

static struct zg_fork_page fallback = {.live = 1};
struct zg_fork_page *zg_fork_page = &fallback;

static struct {
    uint32_t generation;
    int pid; /* of the process that the generation belongs to */
} now;

uint32_t zg_fork_generation(void)
{
    return __atomic_load_n(&now.generation, __ATOMIC_RELAXED);
}

bool zg_fork_is_new_child(void)
{
    int pid = zg_sys_getpid();

    if (pid == now.pid)
        return false;
    now.pid = pid;
    __atomic_add_fetch(&now.generation, 1, __ATOMIC_RELAXED);
    zg_fork_page->live = 1;
    return true;
}

void zg_fork_init(void)
{
    struct zg_fork_page *page = zg_sys_map(4096);

    now.pid = zg_sys_getpid();
    if (page == NULL)
        return;
    page->live = 1;
    if (zg_sys3(SYS_madvise, page, 4096, MADV_WIPEONFORK) == 0)
        zg_fork_page = page;
    else
        zg_sys_unmap(page, 4096);
}
