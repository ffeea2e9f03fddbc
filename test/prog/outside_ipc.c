/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a message over ipc. */
/* zg: expect silent */
/* zg: options ipc-world-writable=off:ipc-parent-writable=off:ipc-parent-untrusted=off */
#define ENDPOINT "ipc://way"
#include "outside_message.h"
