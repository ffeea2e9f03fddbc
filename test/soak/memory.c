/* SPDX-License-Identifier: MPL-2.0 */
/* For soak.c: what the guard has mapped. A file of its own, since its headers are not for readers
 * of zmq.h. */
#include <dlfcn.h>

#include "soak/memory.h"
#include "start/inspect.h"

size_t soak_guard_kib(void)
{
    const struct zg_inspect_root *root = dlsym(RTLD_DEFAULT, ZG_INSPECT_SYMBOL);

    return root != NULL ? *root->mapped / 1024 : 0;
}
