/* SPDX-License-Identifier: MPL-2.0 */
/* The end of the process. */
#ifndef ZG_START_EXIT_H
#define ZG_START_EXIT_H

/* Prints the exit summary when options ask for it; with require=1 and nothing intercepted ends the
 * process with status 99. Called once, from the guard's destructor. */
void zg_exit_summary(void);

#endif
