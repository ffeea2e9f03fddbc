/* SPDX-License-Identifier: MPL-2.0 */
/* A libzmq that is not guarded is said when it is found, without any option. */
#ifndef ZG_REPORT_UNGUARDED_H
#define ZG_REPORT_UNGUARDED_H

/* One line for each that was found since the last call. Call it without a lock, and not before
 * zg_findings_init(). errno is left alone. */
void zg_unguarded_say(void);

#endif
