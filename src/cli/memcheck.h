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

#include <stdio.h>

#include "cli/record.h"

/* Does CTest or its user pass this to Valgrind, with nothing to say to the guard? */
bool zg_memcheck_tolerates(const char *arg);
/* A finding, each line behind "==PID== ". An error's first line is followed by the line that CTest
 * counts. */
void zg_memcheck_put(const struct zg_record *r, FILE *log);

#endif
