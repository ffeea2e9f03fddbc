/* SPDX-License-Identifier: MPL-2.0 */
/* What the parts of the command share: exit statuses, complaints, the table of subcommands. */
#ifndef ZG_CLI_CLI_H
#define ZG_CLI_CLI_H

#include <stdio.h>

#include "base/compiler.h"

enum zg_cli_exit {
    ZG_CLI_OK = 0,
    ZG_CLI_FINDINGS = 1, /* report: errors among the records */
    ZG_CLI_USAGE = 2,
    ZG_CLI_CANNOT_RUN = 126, /* as env(1) and sh(1): found, but it cannot be run under the guard */
    ZG_CLI_NOT_FOUND = 127,
};

/* One line on stderr, "zmqguard: " in front. */
ZG_PRINTF(1, 2) void zg_cli_say(const char *format, ...);
/* The same, then exit(ZG_CLI_USAGE). */
ZG_PRINTF(1, 2) __attribute__((noreturn)) void zg_cli_usage(const char *format, ...);
/* Never NULL: out of memory ends the command. Freed by the caller. */
void *zg_cli_alloc(size_t size);                       /* zeroed */
void *zg_cli_grow(void *p, size_t count, size_t size); /* realloc of count elements */
char *zg_cli_copy(const char *s);                      /* NULL stays NULL */
ZG_PRINTF(1, 2) char *zg_cli_format(const char *format, ...);
/* Is there a control character: C0, DEL or, as UTF-8, C1? A terminal obeys them, and a newline
 * would end a line of a report. */
bool zg_cli_is_control(const char *p);
/* UTF-8 without control characters? */
bool zg_cli_is_printable(const char *text);
/* A name as it is when it is printable, else escaped as reports do. */
char *zg_cli_printable(const char *name);

/* "--name=value" with this name: its value; else NULL. */
const char *zg_cli_value(const char *arg, const char *name);

/* The subcommands: argv[0] is their name. They return the exit status. */
int zg_cli_run(int argc, char **argv); /* argv[0] is the command's: zmqguard [options] prog … */
int zg_cli_report(int argc, char **argv);
int zg_cli_symbolize(int argc, char **argv);
int zg_cli_check(int argc, char **argv);
int zg_cli_inspect(int argc, char **argv);

#endif
