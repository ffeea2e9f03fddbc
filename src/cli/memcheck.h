/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Standing in for Valgrind in `ctest -T memcheck` (MEMORYCHECK_COMMAND=zmqguard,
 * MEMORYCHECK_TYPE=Valgrind). CTest reads the file of --log-file= when the test has ended and
 * counts lines that it knows from Valgrind; the one it files under "Threading Problem" is
 *     ==PID== …pthread_mutex_unlock: mutex is locked by a different thread
 * (cmCTestMemCheckHandler.cxx, ProcessMemCheckValgrindOutput; test/cli/ctest.sh pins it).
 */
#ifndef ZG_CLI_MEMCHECK_H
#define ZG_CLI_MEMCHECK_H

#include "base/compiler.h"

struct zg_memcheck {
    const char *log; /* --log-file= */
    char *reports;   /* a private directory below TMPDIR, one report file a process */
};

/* Does CTest or its user pass this to Valgrind, with nothing to say to the guard? */
bool zg_memcheck_tolerates(const char *arg);
/* Makes the private directory. 0 or -errno. zg_memcheck_run() removes it. */
int zg_memcheck_begin(struct zg_memcheck *m, const char *log);
/*
 * Runs the program as a child, waits for it, passing on signals, and writes the log from what the
 * guard reported in it and in its children; the reports go to stderr as well. Returns the exit
 * status, or ends by the signal that ended the program.
 */
int zg_memcheck_run(struct zg_memcheck *m, const char *path, char **argv);

#endif
