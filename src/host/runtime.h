/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Runtimes in this process whose synchronisation no preload can see: they make futex calls and
 * atomics of their own, so that "nothing orders the two calls" means nothing.
 */
#ifndef ZG_HOST_RUNTIME_H
#define ZG_HOST_RUNTIME_H

#include "model/owner.h"

/* What policy=auto means here: ZG_POLICY_FENCE, or ZG_POLICY_OVERLAP when an opaque runtime is
 * loaded. *why (may be NULL) is a clause for the exit summary, such as "Go runtime in /usr/bin/x";
 * it stays valid. Looks at objects that were loaded since the last call. Takes no lock of the
 * loader's; async-signal-safe. */
enum zg_policy zg_runtime_policy(const char **why);

#endif
