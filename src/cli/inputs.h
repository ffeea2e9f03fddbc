/* SPDX-License-Identifier: MPL-2.0 */
/* Reading records from files and directories: once (inputs.c), or as they are appended (follow.c).
 */
#ifndef ZG_CLI_INPUTS_H
#define ZG_CLI_INPUTS_H

#include "cli/group.h"

/* What is to be read, and what was. */
struct zg_reading {
    void (*take)(struct zg_record *r, void *arg); /* owns the record */
    void *arg;
    struct zg_groups *groups; /* gets the problems */
    bool may_be_empty;        /* no record at all is no problem */
    size_t records;
};
/*
 * Reads records from files, directories (with all that is below) and "-". Lines that are none are
 * counted and named on stderr. What may hide a finding is a problem: a file that cannot be read, a
 * record that is cut or of another schema, a text report, no record at all.
 */
void zg_inputs_read(struct zg_reading *reading, char **paths, size_t count);
/* The same for ever, as records are appended; take() is called as each line is complete. */
void zg_inputs_follow(char **paths, size_t count, void (*take)(struct zg_record *r, void *arg),
                      void *arg) __attribute__((noreturn));

#endif
