/* SPDX-License-Identifier: MPL-2.0 */
/* The stand-in for a libzmq with draft functions, with pollers: a wait calls back. */
#include "../load/fake.c"

API void (*fake_waiting)(void);

API int zmq_poller_add(void *p, void *socket, void *data, short events)
{
    CHECK(p, POLLER);
    CHECK(socket, SOCKET);
    return data != NULL || events == 0 ? -1 : 0;
}
API int zmq_poller_modify(void *p, void *socket, short events)
{
    CHECK(p, POLLER);
    CHECK(socket, SOCKET);
    return events == 0 ? -1 : 0;
}
API int zmq_poller_remove(void *p, void *socket)
{
    CHECK(p, POLLER);
    CHECK(socket, SOCKET);
    return 0;
}
API int zmq_poller_wait_all(void *p, void *events, int count, long timeout)
{
    (void)timeout;
    CHECK(p, POLLER);
    return events != NULL && count > 0 ? -1 : 0;
}
API int zmq_poller_wait(void *p, void *event, long timeout)
{
    CHECK(p, POLLER);
    if (fake_waiting != NULL)
        fake_waiting();
    return event != NULL && timeout < 0 ? 0 : -1;
}
