/* SPDX-License-Identifier: MPL-2.0 */
/* Contexts: made, configured, shut down, terminated. Safe from any thread by contract. */
#include <errno.h>

#include "hook/context.h"
#include "host/contexts.h"
#include "host/guard.h"
#include "report/counters.h"
#include "track/life.h"
#include "track/term.h"

static void *remember(struct zg_call *call, void *context)
{
    int saved = errno;

    if (context == NULL || zg_lib_is_internal(call->caller))
        return context;
    if (zg_call_who(call) == NULL) {
        zg_contexts_unknown((uintptr_t)context);
        return context;
    }
    zg_count(ZG_COUNT_INTERCEPTED);
    if (zg_contexts_add((uintptr_t)context, call->lib, &zg_call_who(call)->actor, call->stack) ==
        NULL)
        zg_count(ZG_COUNT_UNTRACKED);
    errno = saved;
    return context;
}

void *zg_hook_ctx_new(const struct zg_lib *lib, uintptr_t caller, uintptr_t frame)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = ZG_OP_zmq_ctx_new};

    zg_call_begin(&call, lib);
    return remember(&call, ZG_REAL(call, zmq_ctx_new)());
}

void *zg_hook_init(const struct zg_lib *lib, int io_threads, uintptr_t caller, uintptr_t frame)
{
    struct zg_call call = {.caller = caller, .frame = frame, .op = ZG_OP_zmq_init};

    zg_call_begin(&call, lib);
    return remember(&call, ZG_REAL(call, zmq_init)(io_threads));
}

void *zmq_ctx_new(void)
{
    return zg_hook_ctx_new(NULL, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
}

void *zmq_init(int io_threads)
{
    return zg_hook_init(NULL, io_threads, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
}

/* Begins a call on a context; *record may be NULL. */
static void begin(struct zg_call *call, void *context, struct zg_context **record)
{
    *record = zg_contexts_find((uintptr_t)context);
    zg_call_begin(call, *record != NULL ? (*record)->lib : NULL);
    if (call->thread != NULL)
        zg_life_context(call, *record);
}

#define CONTEXT_CALL(name, record, context, function)                                              \
    struct zg_context *record;                                                                     \
    struct zg_call name = {                                                                        \
        .caller = ZG_RETURN_ADDRESS(), .frame = ZG_FRAME_ADDRESS(), .op = ZG_OP_##function};       \
    begin(&(name), (context), &(record))

static int terminate(struct zg_call *call, struct zg_context *c, void *context, int (*real)(void *))
{
    struct zg_term term ZG_CLEANUP(zg_term_leave);
    int rc;

    zg_term_begin(&term, call, c);
    rc = real(context);
    zg_term_end(&term, rc);
    return rc;
}

int zmq_ctx_term(void *context)
{
    CONTEXT_CALL(call, c, context, zmq_ctx_term);
    return terminate(&call, c, context, ZG_REAL(call, zmq_ctx_term));
}

int zmq_term(void *context)
{
    CONTEXT_CALL(call, c, context, zmq_term);
    return terminate(&call, c, context, ZG_REAL(call, zmq_term));
}

int zmq_ctx_destroy(void *context)
{
    CONTEXT_CALL(call, c, context, zmq_ctx_destroy);
    return terminate(&call, c, context, ZG_REAL(call, zmq_ctx_destroy));
}

int zmq_ctx_shutdown(void *context)
{
    CONTEXT_CALL(call, c, context, zmq_ctx_shutdown);
    return ZG_REAL(call, zmq_ctx_shutdown)(context);
}

int zmq_ctx_set(void *context, int option, int value)
{
    int rc;

    CONTEXT_CALL(call, c, context, zmq_ctx_set);
    rc = ZG_REAL(call, zmq_ctx_set)(context, option, value);
    if (rc == 0 && c != NULL && option == ZG_ZMQ_BLOCKY)
        __atomic_store_n(&c->not_blocky, value == 0, __ATOMIC_RELAXED);
    return rc;
}

int zmq_ctx_get(void *context, int option)
{
    CONTEXT_CALL(call, c, context, zmq_ctx_get);
    return ZG_REAL(call, zmq_ctx_get)(context, option);
}

int zg_hook_zmq_ctx_set_ext(void *context, int option, const void *value, size_t len)
{
    CONTEXT_CALL(call, c, context, zmq_ctx_set_ext);
    return ZG_REAL_DRAFT(call, zmq_ctx_set_ext)(context, option, value, len);
}

int zg_hook_zmq_ctx_get_ext(void *context, int option, void *value, size_t *len)
{
    CONTEXT_CALL(call, c, context, zmq_ctx_get_ext);
    return ZG_REAL_DRAFT(call, zmq_ctx_get_ext)(context, option, value, len);
}
