/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect warning ipc-parent-sticky
// zg: options ipc-parent-sticky=warning,ipc-relative=warning
// zg: report ^WARNING: libzmqguard: ipc-relative:
/* Until the bind and after the end anyone may take the name there: said when asked for. */
#include "ipc.h"

int main(void)
{
    void *context = zmq_ctx_new();
    void *pull = ipc_socket(context, ZMQ_PULL);

    umask(022);
    CHECK(mkdir("d", 0700) == 0 && chmod("d", 01777) == 0);
    CHECK(zmq_bind(pull, "ipc://d/x") == 0);
    ipc_end(context, pull);
    return 0;
}
