/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin with libzmq inside. */
#include <pthread.h>

void *zmq_ctx_new(void);
int zmq_ctx_term(void *context);

int plugin_run(int wrong);
int plugin_run(int wrong)
{
    void *context = zmq_ctx_new();

    pthread_setname_np(pthread_self(), "ZMQbg/Reaper");
    return wrong + zmq_ctx_term(context);
}
