/* SPDX-License-Identifier: MPL-2.0 */
/* What the guard in this process has mapped. */
#ifndef SOAK_MEMORY_H
#define SOAK_MEMORY_H

#include <stddef.h>

/* KiB; 0 without a guard. */
size_t soak_guard_kib(void);

#endif
