/* SPDX-License-Identifier: MPL-2.0 */
/* A release is missing: the other thread's acquire tells nothing.
 * zg: expect cross-thread-use
 * zg: runs 20 */
#define RELEASE(step) ((void)(step))
#include "order_annotations.c"
