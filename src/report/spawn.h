/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Running a helper program beside the host without the host's noticing: no SIGCHLD, nothing for
 * its wait(), no copy of its memory, none of its descriptors.
 */
#ifndef ZG_REPORT_SPAWN_H
#define ZG_REPORT_SPAWN_H

#include "base/compiler.h"

struct zg_spawn {
    const char *path;
    char *const *argv;
    char *const *envp;
    int in;  /* becomes the child's 0 */
    int out; /* becomes its 1; 2 is /dev/null */
};

/*
 * Starts it: the pid to wait for, or negative. what must stay until zg_spawn_end(). Signals must
 * be blocked. The helper dies with the calling thread.
 */
int zg_spawn(const struct zg_spawn *what);
/* Waits for its end until a time (zg_sys_now()), kills it then, and reaps it. True: it exited
 * with status 0. */
bool zg_spawn_end(int pid, uint64_t until);

#endif
