/* SPDX-License-Identifier: MPL-2.0 */
/* The ways to send and receive that nearly nobody takes: without a fast path. */
#include "track/message.h"

int zmq_send_const(void *socket, const void *buf, size_t len, int flags)
{
    ZG_SLOW_CALL(slow, socket, zmq_send_const, ZG_HERE);
    zg_message_sending(&slow, socket, ZG_RETURN_ADDRESS(), ZG_OP_zmq_send_const);
    return ZG_SLOW_REAL(slow, zmq_send_const)(socket, buf, len, flags);
}

int zmq_sendiov(void *socket, struct iovec *iov, size_t count, int flags)
{
    ZG_SLOW_CALL(slow, socket, zmq_sendiov, ZG_HERE);
    zg_message_sending(&slow, socket, ZG_RETURN_ADDRESS(), ZG_OP_zmq_sendiov);
    return ZG_SLOW_REAL(slow, zmq_sendiov)(socket, iov, count, flags);
}

int zmq_recviov(void *socket, struct iovec *iov, size_t *count, int flags)
{
    int rc;

    ZG_SLOW_CALL(slow, socket, zmq_recviov, ZG_HERE);
    zg_message_receiving(&slow);
    rc = ZG_SLOW_REAL(slow, zmq_recviov)(socket, iov, count, flags);
    return zg_message_end(&slow, socket, rc);
}
