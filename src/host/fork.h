/* SPDX-License-Identifier: MPL-2.0 */
/* Which side of which fork this is: records remember the generation they were made in. */
#ifndef ZG_HOST_FORK_H
#define ZG_HOST_FORK_H

#include "base/compiler.h"

/* A page that the kernel zeroes in a child, however it was made (fork, _Fork, clone). */
struct zg_fork_page {
    uint32_t live; /* 1; 0 in a child that was not noticed yet */
};
extern struct zg_fork_page *zg_fork_page;

/* How many forks lie between the first process and this one. */
uint32_t zg_fork_generation(void);
/* True once in each child: the caller then makes the guard's state the child's. */
bool zg_fork_is_new_child(void);
void zg_fork_init(void);

#endif
