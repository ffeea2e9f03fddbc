/* SPDX-License-Identifier: MPL-2.0 */
/* The root of what another process may read. */
#include "start/inspect.h"

#include "base/str.h"
#include "base/sys.h"
#include "host/depot.h"
#include "host/handles.h"

struct zg_inspect_root zmqguard_inspection;

void zg_inspect_init(void)
{
    struct zg_inspect_root *i = &zmqguard_inspection;

    (void)zg_str_copy(i->version, sizeof(i->version), ZG_VERSION);
    i->layout = ZG_INSPECT_LAYOUT;
    i->sockets = zg_handles_table();
    i->threads = zg_thread_slots();
    i->stacks = zg_depot_chunks();
    i->mapped = &zg_sys_mapped;
    /* Last: whoever sees it sees the rest. */
    __atomic_signal_fence(__ATOMIC_SEQ_CST);
    (void)zg_str_copy(i->magic, sizeof(i->magic), ZG_INSPECT_MAGIC);
}
