/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads on one socket, until libzmq crashes: crash_misuse push|sub. */
#include <pthread.h>
#include <string.h>
#include <zmq.h>

static void *s;
static volatile int result; /* keeps calls from becoming jumps */

__attribute__((noinline)) static void first_sender(void)
{
    result = zmq_send(s, "a message that does not fit into zmq_msg_t itself", 50, ZMQ_DONTWAIT);
}

__attribute__((noinline)) static void second_sender(void)
{
    result = zmq_send(s, "A MESSAGE THAT DOES NOT FIT INTO ZMQ_MSG_T ITSELF", 50, ZMQ_DONTWAIT);
}

__attribute__((noinline)) static void first_receiver(void)
{
    char text[64];

    result = zmq_recv(s, text, sizeof(text), ZMQ_DONTWAIT);
}

__attribute__((noinline)) static void second_receiver(void)
{
    char text[64];

    result = zmq_recv(s, text, sizeof(text), ZMQ_DONTWAIT);
}

static void *for_ever(void *function)
{
    void (*use)(void);

    memcpy(&use, function, sizeof(use));
    for (;;)
        use();
    return NULL;
}

int main(int argc, char **argv)
{
    int is_push = argc > 1 && strcmp(argv[1], "push") == 0;
    void (*uses[2])(void) = {is_push ? first_sender : first_receiver,
                             is_push ? second_sender : second_receiver};
    void *context = zmq_ctx_new();
    void *peer = zmq_socket(context, is_push ? ZMQ_PULL : ZMQ_PUB);
    char text[64] = "";
    pthread_t t;

    zmq_bind(peer, "inproc://peer");
    (void)zmq_socket(context, ZMQ_DEALER);
    s = zmq_socket(context, is_push ? ZMQ_PUSH : ZMQ_SUB);
    if (!is_push)
        zmq_setsockopt(s, ZMQ_SUBSCRIBE, "", 0);
    zmq_connect(s, "inproc://peer");
    for (int i = 0; i < 2; i++)
        pthread_create(&t, NULL, for_ever, &uses[i]);
    for (;;)
        result = is_push ? zmq_recv(peer, text, sizeof(text), 0) : zmq_send(peer, text, 50, 0);
}
