/* SPDX-License-Identifier: MPL-2.0 */
/* The clock of the kernel's vDSO, for base/sys.h. */
#ifndef ZG_HOST_CLOCK_H
#define ZG_HOST_CLOCK_H

/* Lets zg_sys_now() and zg_sys_wall() read the clock without a system call. Where there is no vDSO
 * (valgrind hides it) they go on with one. Called once, at the start. */
void zg_clock_init(void);

#endif
