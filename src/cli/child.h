/* SPDX-License-Identifier: MPL-2.0 */
/* Running a program as a child instead of becoming it. */
#ifndef ZG_CLI_CHILD_H
#define ZG_CLI_CHILD_H

/*
 * Runs the program, passing on the signals that are sent to this process alone, and waits for it.
 * 0 with the status of waitpid(2), or -1 when there is no child (said). A program that cannot be
 * executed ends with ZG_CLI_CANNOT_RUN. If this process is killed outright, so is the child.
 */
int zg_child_run(const char *path, char **argv, int *status);
/* The exit status for a status of waitpid(2); of a signal this process dies as well. */
int zg_child_end(int status);

#endif
