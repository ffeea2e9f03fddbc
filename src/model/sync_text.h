/* SPDX-License-Identifier: MPL-2.0 */
/* Synchronisation objects in the words of reports. */
#ifndef ZG_MODEL_SYNC_TEXT_H
#define ZG_MODEL_SYNC_TEXT_H

#include "model/sync.h"

struct zg_buf;

/* "mutex", "condition variable", … for reports. */
const char *zg_sync_kind_name(enum zg_sync_kind kind);
/* "mutex 0x7f… 98 ms before" ("at most 98 ms before" when the time is an earlier one's), or
 * "none". now: zg_sys_now(). */
void zg_sync_describe(struct zg_buf *out, const struct zg_sync_note *note, uint64_t now);

#endif
