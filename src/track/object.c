/* SPDX-License-Identifier: MPL-2.0 */
/* Making and ending timer sets and pollers. */
#include "track/object.h"

#include <errno.h>

#include "host/handles.h"
#include "model/sync.h"
#include "report/counters.h"

/* A socket that was at the address and was not seen to be closed ended while the guard looked away.
 */
static void forget_socket(uintptr_t handle)
{
    const struct zg_socket *s = zg_handles_find(handle);

    if (s != NULL && __atomic_load_n(&s->life, __ATOMIC_ACQUIRE) != ZG_LIFE_CLOSED)
        zg_handles_unknown(handle);
}

void *zg_object_made(struct zg_call *call, enum zg_object_what what, void *object)
{
    int saved = errno;
    struct zg_socket seed = {
        .lib = call->lib, .type = -1, .what = (uint8_t)what, .created_at = call->stack};

    if (object == NULL || zg_lib_is_internal(call->caller))
        return object;
    forget_socket((uintptr_t)object);
    if (zg_call_who(call) == NULL) {
        zg_handles_unknown(zg_object_key(object, what));
    } else {
        zg_sync_activate();
        zg_count(ZG_COUNT_INTERCEPTED);
        if (zg_handles_add(&seed, &zg_call_who(call)->actor, zg_object_key(object, what), 0) ==
            NULL)
            zg_count(ZG_COUNT_UNTRACKED);
    }
    errno = saved;
    return object;
}

void zg_object_ending(struct zg_call *call)
{
    int saved = errno;

    /* Before the real function: once it has freed the memory, another thread may get the same
     * address. */
    if (call->socket != NULL)
        zg_handles_closing(call->socket, &call->thread->actor, call->stack);
    errno = saved;
}

void zg_object_ended(struct zg_call *call)
{
    int saved = errno;

    if (call->socket != NULL)
        zg_call_bury(call);
    errno = saved;
}
