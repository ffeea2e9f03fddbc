/* SPDX-License-Identifier: MPL-2.0 */
/* The environment as the kernel gave it: usable before libc has set environ. */
#ifndef ZG_START_ENVIRONMENT_H
#define ZG_START_ENVIRONMENT_H

#include "base/compiler.h"

/* The value of a variable, or NULL. envp NULL: libc's environ. */
const char *zg_environment_get(char **envp, const char *name);
/* Takes the guard out of LD_PRELOAD, and leaves what else is there: children then run without. */
void zg_environment_strip_preload(char **envp);

#endif
