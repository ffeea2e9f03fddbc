#include <pthread.h>
#include <zmq.h>
static void *context;
static char byte;
__attribute__((noinline)) static void *closed(void)
{
    void *s = zmq_socket(context, ZMQ_PUSH);
    zmq_close(s);
    return s;
}
__attribute__((noinline)) static int use(void *s) { return zmq_send(s, "x", 1, ZMQ_DONTWAIT) + 1; }
__attribute__((noinline)) static int first(void) { return use(closed()) + 1; }
__attribute__((noinline)) static int second(void) { return use(closed()) + 1; }
static void *thread(void *unused) { use(closed()); return unused; }
int main(void)
{
    pthread_t t;
    context = zmq_ctx_new();
    int sum = first() + second();
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
    sum += zmq_recv(closed(), &byte, 1, ZMQ_DONTWAIT);
    zmq_ctx_term(context);
    return sum == 1000;
}
