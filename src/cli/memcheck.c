/* SPDX-License-Identifier: MPL-2.0 */
/* Valgrind's options, and the log in which CTest counts. */
#include "cli/memcheck.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/report.h"

bool zg_memcheck_tolerates(const char *arg)
{
    static const char *const names[] = {
        "tool",           "leak-check",       "show-reachable",
        "num-callers",    "show-leak-kinds",  "track-origins",
        "trace-children", "gen-suppressions", "child-silent-after-fork"};

    if (strcmp(arg, "-q") == 0 || strcmp(arg, "--quiet") == 0 || strcmp(arg, "-v") == 0 ||
        strcmp(arg, "--verbose") == 0)
        return true;
    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (zg_cli_value(arg, names[i]) != NULL)
            return true;
    return false;
}

void zg_memcheck_put(const struct zg_record *r, FILE *log)
{
    char *text = zg_report_text_of(r), *rest = text, *line;

    while ((line = strsep(&rest, "\n")) != NULL) {
        if (line[0] == '\0')
            continue;
        fprintf(log, "==%d== %s\n", r->pid, line);
        if (zg_str_starts(line, "ERROR: libzmqguard: "))
            fprintf(log,
                    "==%d== pthread_mutex_unlock: mutex is locked by a different thread "
                    "(CTest's words for: %s)\n",
                    r->pid, line);
    }
    free(text);
}
