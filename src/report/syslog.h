/* SPDX-License-Identifier: MPL-2.0 */
/* Reports to the system's log, without libc's syslog(): one datagram, no connection kept. */
#ifndef ZG_REPORT_SYSLOG_H
#define ZG_REPORT_SYSLOG_H

#include "report/report.h"

#define ZG_SYSLOG_JOURNAL "/run/systemd/journal/socket"
#define ZG_SYSLOG_DEVICE  "/dev/log"

/*
 * To the journal (its native protocol, with the fields MESSAGE, PRIORITY, SYSLOG_IDENTIFIER,
 * CODE_FUNC and ZMQGUARD_KIND, ZMQGUARD_SEVERITY, ZMQGUARD_WHERE, ZMQGUARD_FINGERPRINT), else to
 * the syslog socket, one datagram a line. r: NULL for a notice. Never blocks. 0 or negative.
 */
int zg_syslog_write(const char *journal, const char *device, const char *text, size_t len,
                    const struct zg_report *r);

#endif
