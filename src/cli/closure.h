/* SPDX-License-Identifier: MPL-2.0 */
/* Finds what the loader would load together with a file, without running any of it. */
#ifndef ZG_CLI_CLOSURE_H
#define ZG_CLI_CLOSURE_H

#include "base/compiler.h"

struct zg_closure {
    char **paths; /* of the objects, the file itself first */
    size_t count;
    char **missing; /* names that the loader could not find */
    size_t missing_count;
};

/* Asks the loader (ld.so --list), which maps the objects and runs nothing. 0, or -ZG_EINVAL when
 * it cannot load the file. zg_closure_free() in any case. */
int zg_closure_of(const char *path, struct zg_closure *closure);
void zg_closure_free(struct zg_closure *closure);

#endif
