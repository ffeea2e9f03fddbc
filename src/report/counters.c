/* SPDX-License-Identifier: MPL-2.0 */
/* The counters of the exit summary. */
#include "report/counters.h"

uint64_t zg_counters[ZG_COUNTERS];
