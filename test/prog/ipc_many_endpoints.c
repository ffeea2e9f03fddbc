/* SPDX-License-Identifier: MPL-2.0 */
// zg: expect silent
/* However many endpoints a socket has or had, its ipc file is its own: it may be bound again. */
#include "ipc.h"

/* n endpoints that stay, around an ipc one that comes and goes, by zmq_unbind() and by closing. */
static void with(void *context, int n)
{
    void *pub = ipc_socket(context, ZMQ_PUB);
    char name[32];

    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "inproc://%d-%d", n, i);
        CHECK(zmq_bind(pub, name) == 0);
    }
    for (int i = 0; i < 3; i++) {
        CHECK(zmq_bind(pub, "ipc://x") == 0);
        CHECK(zmq_unbind(pub, "ipc://x") == 0);
    }
    CHECK(zmq_bind(pub, "ipc://x") == 0);
    CHECK(zmq_close(pub) == 0);
}

/* n endpoints of one name come and go. */
static void after(void *context, int n)
{
    void *pub = ipc_socket(context, ZMQ_PUB);

    for (int i = 0; i < n; i++) {
        CHECK(zmq_connect(pub, "tcp://127.0.0.1:9") == 0);
        CHECK(zmq_disconnect(pub, "tcp://127.0.0.1:9") == 0);
    }
    CHECK(zmq_bind(pub, "ipc://x") == 0);
    CHECK(zmq_unbind(pub, "ipc://x") == 0);
    CHECK(zmq_bind(pub, "ipc://x") == 0);
    CHECK(zmq_close(pub) == 0);
}

/* n ipc files of one socket, bound by the next as soon as it is closed. */
static void listening(void *context, int n)
{
    for (int round = 0; round < 2; round++) {
        void *pub = ipc_socket(context, ZMQ_PUB);
        char name[32];

        for (int i = 0; i < n; i++) {
            snprintf(name, sizeof(name), "ipc://y%d", i);
            CHECK(zmq_bind(pub, name) == 0);
        }
        CHECK(zmq_close(pub) == 0);
    }
}

int main(void)
{
    static const int numbers[] = {3, 64, 65, 1000};
    void *context = zmq_ctx_new();

    umask(077);
    for (int i = 0; i < 4; i++) {
        with(context, numbers[i]);
        after(context, numbers[i]);
    }
    listening(context, 3);
    listening(context, 65);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
