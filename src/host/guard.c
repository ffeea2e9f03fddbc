/* SPDX-License-Identifier: MPL-2.0 */
/* The guard's own state, and the policy in force. */
#include "host/guard.h"

#include "host/options.h"

uint32_t zg_state;
bool zg_start_is_tracking;

enum zg_policy zg_policy_now(void)
{
    return (enum zg_policy)zg_options.policy;
}

const char *zg_policy_name(enum zg_policy policy)
{
    static const char *const names[] = {
        [ZG_POLICY_AUTO] = "auto",
        [ZG_POLICY_FENCE] = "fence",
        [ZG_POLICY_STRICT] = "strict",
        [ZG_POLICY_OVERLAP] = "overlap",
    };

    return names[policy];
}
