/* SPDX-License-Identifier: MPL-2.0 */
/* What policy=auto means in this process. */
#include "host/runtime.h"

enum zg_policy zg_runtime_policy(const char **why)
{
    if (why != NULL)
        *why = "every kind of synchronisation seen so far can be followed";
    return ZG_POLICY_FENCE;
}
