/* SPDX-License-Identifier: MPL-2.0 */
/* Findings about what an inspection of an ipc endpoint found. */
#ifndef ZG_ENDPOINT_ISSUES_H
#define ZG_ENDPOINT_ISSUES_H

#include "endpoint/report.h"

/* Every issue of the inspection that was not raised for this listener yet, warnings first: an error
 * may not return. Under harden= what refusing peers repairs is left out. */
void zg_report_issues(const struct zg_notice *n, struct zg_listener *l, struct zg_inspection *i);

#endif
