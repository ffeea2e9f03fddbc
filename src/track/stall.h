/* SPDX-License-Identifier: MPL-2.0 */
/* Between track/term.c and the hook of poll(): this thread is inside of zmq_ctx_term(). */
#ifndef ZG_TRACK_STALL_H
#define ZG_TRACK_STALL_H

#include "track/call.h"

/* Written and read by the thread itself only. */
struct zg_stall {
    struct zg_call *call; /* in the frame of the hook of zmq_ctx_term(); NULL: not inside */
    struct zg_context *context;
    uintptr_t frame;   /* of that hook: gone from the stack after a longjmp out of it */
    uint64_t deadline; /* zg_sys_now() at which the wait is to be reported */
};
extern __thread struct zg_stall zg_stall
    __attribute__((tls_model("initial-exec"), visibility("hidden")));

void zg_stall_report(void);

#endif
