/* SPDX-License-Identifier: MPL-2.0 */
/* Reading the host's environment while other threads may be changing it. */
#ifndef ZG_REPORT_ENVIRON_H
#define ZG_REPORT_ENVIRON_H

#include "base/compiler.h"

/*
 * Copies the value of a variable as it is now (setenv included) to out, cut to cap - 1 bytes;
 * false when it is not set. Memory is read through the kernel, so that a table which is being
 * reallocated meanwhile cannot fault; where that is not allowed the environment at the start of
 * the program serves.
 */
bool zg_environ_get(const char *name, char *out, size_t cap);

#endif
