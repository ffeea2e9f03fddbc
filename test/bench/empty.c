/* SPDX-License-Identifier: MPL-2.0 */
/* An empty program, for the cost of starting; with -DWITH_ZMQ one that is linked with libzmq. */
#ifdef WITH_ZMQ
#include <zmq.h>
#endif

int main(void)
{
#ifdef WITH_ZMQ
    return zmq_errno() == -1;
#else
    return 0;
#endif
}
