/* SPDX-License-Identifier: MPL-2.0 */
/* zmq_msg_init_data(): making a message of the application's own data. */
#include "track/free.h"

int zmq_msg_init_data(struct zg_zmq_msg *msg, void *data, size_t size, zg_free_fn *fn, void *hint)
{
    return zg_free_msg_init_data(NULL, msg, data, size, fn, hint, ZG_RETURN_ADDRESS());
}
