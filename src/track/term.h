/* SPDX-License-Identifier: MPL-2.0 */
/* Contexts that do not end: zmq_ctx_term() that waits, and what is open when the process ends. */
#ifndef ZG_TRACK_TERM_H
#define ZG_TRACK_TERM_H

#include "track/call.h"

/* Around the real zmq_ctx_term(). The frame of the hook is that of call. */
struct zg_term {
    struct zg_call *call;
    struct zg_context *context; /* NULL: nothing to do */
    uint32_t number;
    uint64_t start; /* zg_sys_now(); 0: the wait is not counted */
};
void zg_term_begin(struct zg_term *term, struct zg_call *call, struct zg_context *c);
/* By cleanup: the wait is over, however it ended. */
void zg_term_leave(struct zg_term *term);
/* The real function has returned. */
void zg_term_end(struct zg_term *term, int rc);

/* For the hook of poll(): this thread is inside of zmq_ctx_term(). Written and read by the thread
 * itself only. */
struct zg_stall {
    struct zg_call *call; /* in the frame of the hook of zmq_ctx_term(); NULL: not inside */
    struct zg_context *context;
    uintptr_t frame;   /* of that hook: gone from the stack after a longjmp out of it */
    uint64_t deadline; /* zg_sys_now() at which the wait is to be reported */
};
extern __thread struct zg_stall zg_stall
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

/* Reports the wait that zg_stall tells of; called when its deadline has passed, by the waiting
 * thread. May not return, as all that raises a finding. */
void zg_stall_report(void);

/* Once, when the process ends: what was never closed. */
void zg_term_at_exit(void);

#endif
