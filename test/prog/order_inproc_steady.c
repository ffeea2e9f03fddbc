/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A thread sends over and over, having learnt nothing in between; then it learns of another
 * thread's use by a mutex, and who receives the next message may go on with what was used.
 * zg: expect silent
 */
#include "order.h"

enum { TIMES = 150 };

static void *context, *handed;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static void *pair(void *other, const char *name)
{
    void *socket = zmq_socket(context, ZMQ_PAIR);

    CHECK((other == NULL ? zmq_bind(socket, name) : zmq_connect(socket, name)) == 0);
    return socket;
}

static void send_one(void *socket, char what)
{
    CHECK(zmq_send(socket, &what, 1, 0) == 1);
}

static void *use_when_told(void *socket)
{
    char what;

    do
        CHECK(zmq_recv(socket, &what, 1, 0) == 1);
    while (what != 'z');
    use(handed);
    return NULL;
}

static void *use_under_mutex(void *unused)
{
    await(1);
    pthread_mutex_lock(&mutex);
    use(handed);
    pthread_mutex_unlock(&mutex);
    reached(2);
    await(3); /* its end orders nothing yet */
    return unused;
}

/* What is sent next, and before the last, what it is to tell of. Not inline: all are sent from one
 * place. */
__attribute__((noinline)) static char next(void)
{
    static int calls;

    if (++calls <= TIMES)
        return 'a';
    reached(1);
    await(2);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    return 'z';
}

int main(void)
{
    void *here, *there, *from, *to;
    pthread_t thread, user;
    char what;

    context = zmq_ctx_new();
    here = pair(NULL, "inproc://x");
    there = pair(here, "inproc://x");
    from = pair(NULL, "inproc://y");
    to = pair(from, "inproc://y");
    handed = make_socket(context);
    CHECK(pthread_create(&thread, NULL, use_when_told, there) == 0);
    CHECK(pthread_create(&user, NULL, use_under_mutex, NULL) == 0);
    for (int i = 0; i <= TIMES; i++) {
        send_one(from, 'a');
        CHECK(zmq_recv(to, &what, 1, 0) == 1);
        send_one(here, next());
    }
    CHECK(pthread_join(thread, NULL) == 0);
    reached(3);
    CHECK(pthread_join(user, NULL) == 0);
    CHECK(zmq_close(here) == 0 && zmq_close(there) == 0);
    CHECK(zmq_close(from) == 0 && zmq_close(to) == 0 && zmq_close(handed) == 0);
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
