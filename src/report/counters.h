/* SPDX-License-Identifier: MPL-2.0 */
/* What the exit summary counts beside what the tables know. Relaxed atomics, never reset but in a
 * child after fork. */
#ifndef ZG_REPORT_COUNTERS_H
#define ZG_REPORT_COUNTERS_H

#include "base/compiler.h"

enum zg_counter {
    ZG_COUNT_INTERCEPTED,  /* functions of libzmq reached through the guard at least this often:
                              contexts and sockets made */
    ZG_COUNT_HANDOVERS,    /* ordered hand-overs */
    ZG_COUNT_STRICT_WOULD, /* of these, how many policy=strict would report */
    ZG_COUNT_PROMISED,     /* of these, how many a std::future may have ordered */
    ZG_COUNT_ERRORS,       /* reports, after suppression and deduplication */
    ZG_COUNT_WARNINGS,
    ZG_COUNT_SUPPRESSED,
    ZG_COUNT_REPEATED,  /* equal to one that was reported */
    ZG_COUNT_UNTRACKED, /* objects not checked because memory was exhausted */
    ZG_COUNTERS,
};

extern uint64_t zg_counters[ZG_COUNTERS];

ZG_INLINE void zg_count(enum zg_counter counter)
{
    __atomic_add_fetch(&zg_counters[counter], 1, __ATOMIC_RELAXED);
}
ZG_INLINE uint64_t zg_counted(enum zg_counter counter)
{
    return __atomic_load_n(&zg_counters[counter], __ATOMIC_RELAXED);
}

#endif
