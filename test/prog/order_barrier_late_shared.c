/* SPDX-License-Identifier: MPL-2.0 */
/* The same with a barrier for several processes. Who comes to it elsewhere is not seen, so that its
 * rounds are not known: the late thread counts as ordered behind what the next round brought.
 * zg: expect silent */
#define SHARED PTHREAD_PROCESS_SHARED
#include "order_barrier_late.c"
