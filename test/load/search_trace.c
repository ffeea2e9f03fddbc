/* SPDX-License-Identifier: MPL-2.0 */
/* Another preload that stands in front of zmq_send. */
#include <dlfcn.h>
#include <stdio.h>

int zmq_send(void *socket, const void *buf, size_t len, int flags);
int zmq_send(void *socket, const void *buf, size_t len, int flags)
{
    int (*next)(void *, const void *, size_t, int) =
        (int (*)(void *, const void *, size_t, int))dlsym(RTLD_NEXT, "zmq_send");

    fprintf(stderr, "trace: zmq_send\n");
    return next(socket, buf, len, flags);
}
