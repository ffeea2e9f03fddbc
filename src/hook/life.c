/* SPDX-License-Identifier: MPL-2.0 */
/* Uses of objects whose life is over. */
#include <errno.h>

#include "hook/call.h"
#include "hook/describe.h"
#include "host/handles.h"

void zg_life_use_after_close(struct zg_call *call, struct zg_socket *s)
{
    bool again = zg_ops[call->op].class == ZG_CLASS_CLOSE;
    struct zg_finding *f = zg_finding_begin(again ? ZG_KIND_DOUBLE_CLOSE : ZG_KIND_USE_AFTER_CLOSE,
                                            call->stack, s->closed_at);
    char what[48];
    char self[32];

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%s() on %s that was closed, by %s", zg_op_name(call->op),
                        zg_describe_object(what, sizeof(what), s),
                        zg_describe_thread(self, sizeof(self), call->thread->actor.id,
                                           zg_epoch_slot(call->thread->actor.epoch)));
    zg_describe_access(f, call);
    zg_describe_socket(f, s);
    zg_finding_end(f);
}

void zg_life_use_after_fork(struct zg_call *call, struct zg_socket *s)
{
    (void)call, (void)s;
}

void zg_life_context(struct zg_call *call, struct zg_context *c)
{
    (void)call, (void)c;
}

void zg_life_term_begin(struct zg_call *call, struct zg_context *c)
{
    (void)call, (void)c;
}

void zg_life_term_end(struct zg_call *call, struct zg_context *c, int rc)
{
    int saved = errno;

    if (rc == 0 && c != NULL && call->thread != NULL)
        zg_handles_ended(c, &call->thread->actor, call->stack);
    errno = saved;
}
