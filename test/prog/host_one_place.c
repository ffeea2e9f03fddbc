/* SPDX-License-Identifier: MPL-2.0 */
/* Sends and receives are called through pointers, in turns from one place and on the same socket,
 * as a foreign function interface does: each call is of the function that was meant.
 *
 * zg: expect silent
 */
#include <errno.h>
#include <string.h>
#include <zmq.h>

#define ROUNDS 50

/* What the two functions of a pair have in common. */
typedef int on_bytes(void *socket, void *bytes, size_t size, int flags);
typedef int on_message(zmq_msg_t *message, void *socket, int flags);
typedef int on_socket(void *socket, zmq_msg_t *message, int flags);

static on_bytes *const volatile of_bytes[] = {(on_bytes *)(void *)zmq_send, zmq_recv};
static on_message *const volatile of_message[] = {zmq_msg_send, zmq_msg_recv};
static on_socket *const volatile of_socket[] = {zmq_sendmsg, zmq_recvmsg};
enum { BYTES, MESSAGE, SOCKET, FORMS };

static zmq_msg_t message;

/* One place for each pair of functions. */
static __attribute__((noinline)) int call(int form, void *socket, int receive, char *bytes)
{
    int rc;

    if (form == BYTES)
        rc = of_bytes[receive](socket, bytes, 1, ZMQ_DONTWAIT);
    else if (form == MESSAGE)
        rc = of_message[receive](&message, socket, ZMQ_DONTWAIT);
    else
        rc = of_socket[receive](socket, &message, ZMQ_DONTWAIT);
    __asm__ volatile("" ::: "memory");
    return rc;
}

static int pass(int form, void *from, void *to, char c)
{
    char got = 0;

    if (form == BYTES)
        return call(form, from, 0, &c) == 1 && call(form, to, 1, &got) == 1 && got == c;
    zmq_msg_init_size(&message, 1);
    *(char *)zmq_msg_data(&message) = c;
    if (call(form, from, 0, NULL) != 1)
        return 0;
    zmq_msg_init(&message);
    return call(form, to, 1, NULL) == 1 && *(char *)zmq_msg_data(&message) == c &&
           zmq_msg_close(&message) == 0;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *ends[2] = {zmq_socket(context, ZMQ_PAIR), zmq_socket(context, ZMQ_PAIR)};

    zmq_bind(ends[0], "inproc://x");
    zmq_connect(ends[1], "inproc://x");
    for (int form = 0; form < FORMS; form++)
        for (int i = 0; i < ROUNDS; i++)
            if (!pass(form, ends[i % 2], ends[1 - i % 2], (char)('a' + i % 26)))
                return 1 + form;
    /* One of them often, as long as it is known, and then the other. */
    for (int form = 0; form < FORMS; form++)
        for (int i = 0; i < ROUNDS; i++)
            if (!pass(form, ends[i < ROUNDS / 2], ends[i >= ROUNDS / 2], 'z'))
                return 1 + FORMS + form;
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    return zmq_ctx_term(context);
}
