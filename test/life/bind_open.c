/* SPDX-License-Identifier: MPL-2.0 */
/* For report_open.sh: a thread binds a path to which anyone may write, and while the report on that
 * is being written, which the file "go" ends, another thread uses the socket and is joined. */
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zmq.h>

#define MUST(x) ((x) ? (void)0 : (perror(#x), _exit(3)))

static int bound; /* atomic */

static void *bind_socket(void *socket)
{
    MUST(zmq_bind(socket, "ipc://open") == 0);
    __atomic_store_n(&bound, 1, __ATOMIC_RELEASE);
    return NULL;
}

static void *set_option(void *socket)
{
    int none = 0;

    MUST(zmq_setsockopt(socket, ZMQ_LINGER, &none, sizeof(none)) == 0);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PAIR);
    pthread_t threads[2];
    FILE *go;

    umask(0);
    MUST(pthread_create(&threads[0], NULL, bind_socket, socket) == 0);
    while (access("started", F_OK) != 0 && !__atomic_load_n(&bound, __ATOMIC_ACQUIRE))
        usleep(1000);
    MUST(pthread_create(&threads[1], NULL, set_option, socket) == 0);
    MUST(pthread_join(threads[1], NULL) == 0);
    printf("the report was %s\n", __atomic_load_n(&bound, __ATOMIC_ACQUIRE) ? "over" : "open");
    go = fopen("go", "w");
    MUST(go != NULL && fclose(go) == 0);
    MUST(pthread_join(threads[0], NULL) == 0);
    MUST(zmq_close(socket) == 0 && zmq_ctx_term(context) == 0);
    return 0;
}
