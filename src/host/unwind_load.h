/* SPDX-License-Identifier: MPL-2.0 */
/* Finding libunwind and making it ours. Only for unwind*.c. */
#ifndef ZG_HOST_UNWIND_LOAD_H
#define ZG_HOST_UNWIND_LOAD_H

#include "base/arch.h"

typedef struct {
    uint64_t words[ZG_ARCH_CURSOR_WORDS]; /* unw_cursor_t */
} zg_unwind_cursor;

#define ZG_UNWIND_PROC_INFO_WORDS 32 /* unw_proc_info_t has 9 to 10 */

typedef int zg_unwind_access(void *space, uint64_t addr, uint64_t *value, int write, void *arg);

/* libunwind's functions, declared here so that its headers are not needed to build; the same in
 * every libunwind.so.8 (1.1 to 1.8). All NULL when it could not be opened. */
struct zg_unwind_lib {
    int (*init_local)(zg_unwind_cursor *cursor, zg_arch_context *context);
    int (*step)(zg_unwind_cursor *cursor);
    int (*get_reg)(zg_unwind_cursor *cursor, int reg, uint64_t *value);
    int (*is_signal_frame)(zg_unwind_cursor *cursor);
    int (*get_proc_info_by_ip)(void *space, uint64_t ip, void *info, void *arg);
    void (*flush_cache)(void *space, uint64_t lo, uint64_t hi);
    void **space;                      /* unw_local_addr_space */
    zg_unwind_access *host_access_mem; /* libunwind's own */
    const char *missing;               /* why there is none */
};
extern struct zg_unwind_lib zg_unwind_lib; /* written once by zg_unwind_init() */

/* What the calling thread uses libunwind for, and how libunwind reads memory for it. */
struct zg_unwind_job {
    bool (*read)(struct zg_unwind_job *job, uintptr_t addr, uintptr_t *value);
    struct zg_unwind_job *outer; /* what a signal handler interrupted */
    uintptr_t ip;                /* whose object libunwind will ask for; written before it does */
    uint64_t mask;               /* signals are blocked meanwhile */
    bool gated;                  /* the fork gate was entered */
    int saved_errno;
};

/* Around every use of libunwind by this thread: keeps errno, and lets a child of fork know whether
 * another thread was inside. False: not at the moment, as libunwind would take the loader's list
 * (zg_fork_list_enter()); then do not leave. */
bool zg_unwind_enter(struct zg_unwind_job *job);
void zg_unwind_leave(struct zg_unwind_job *job);
/* Is the calling thread inside of libunwind, for the guard? What it locks there orders nothing. */
bool zg_unwind_is_inside(void);

#endif
