/* SPDX-License-Identifier: MPL-2.0 */
/* From the facts of an entry to the verdict on it: what the policy says, and the finding. */
#ifndef ZG_TRACK_JUDGE_H
#define ZG_TRACK_JUDGE_H

#include "track/call.h"

/*
 * What a slow entry means under the policy. entry and prior: as zg_owned_enter_slow() gave them.
 * Raises a finding when it is a breach, and may then not return. True when the entry is to be
 * tried again: the record was another object's by then, or was left while the finding was written.
 * Keeps errno.
 */
bool zg_judge(struct zg_call *call, struct zg_socket *s, uintptr_t handle, enum zg_entry entry,
              const struct zg_prior *prior);

#endif
