/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Runtimes in this process whose synchronisation no preload can see: they make futex calls and
 * atomics of their own, so that "nothing orders the two calls" means nothing.
 *
 * A virtual machine (JVM, .NET, BEAM, CPython without its global lock) counts wherever it is. What
 * is compiled into code (Go, Rust's standard library, OpenMP, TBB) counts in the program and in
 * objects that call libzmq: a Python module in Rust, or numpy's OpenMP, hands over no socket.
 */
#ifndef ZG_HOST_RUNTIME_H
#define ZG_HOST_RUNTIME_H

#include "model/owner.h"

/* What policy=auto means here: ZG_POLICY_FENCE, or ZG_POLICY_OVERLAP when an opaque runtime is
 * loaded; from then on for good. *why (may be NULL) is for the exit summary, "policy=auto: Go in
 * /usr/bin/x orders threads unseen"; it stays valid. Looks at the objects again when some were
 * loaded, which can take milliseconds and the loader's list lock: call it without a lock of ours.
 */
enum zg_policy zg_runtime_policy(const char **why);

#endif
