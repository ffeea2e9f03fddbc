/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by a message over tcp. */
/* zg: expect silent */
#define ENDPOINT "tcp://127.0.0.1:*"
#include "outside_message.h"
