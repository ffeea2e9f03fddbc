/* SPDX-License-Identifier: MPL-2.0 */
/* A descriptor that told is closed, and a file gets its number: what is read there may be taken for
 * telling once, for the first socket, but not again for the second. */
/* zg: expect cross-thread-use */
#include <fcntl.h>

#include "order.h"

static void *sockets[2];

/* A pipe that tells, and in the place of its end a file. */
static int reused(void)
{
    int ends[2], file = open("/proc/self/exe", O_RDONLY);
    char byte;

    CHECK(pipe(ends) == 0 && write(ends[1], "x", 1) == 1 && read(ends[0], &byte, 1) == 1);
    CHECK(file >= 0 && dup2(file, ends[0]) == ends[0]);
    return ends[0];
}

static void *run(void *unused)
{
    int fd = reused();
    char byte;

    for (int i = 0; i < 2; i++) {
        reached(2 * i + 1);
        await(2 * i + 2);
        CHECK(read(fd, &byte, 1) == 1);
        use(sockets[i]);
    }
    reached(5);
    return unused;
}

int main(void)
{
    void *context = zmq_ctx_new();
    pthread_t thread;

    sockets[0] = make_socket(context);
    sockets[1] = make_socket(context);
    pthread_create(&thread, NULL, run, NULL);
    for (int i = 0; i < 2; i++) {
        await(2 * i + 1);
        pass_ticks();
        use(sockets[i]);
        reached(2 * i + 2);
    }
    await(5);
    pthread_join(thread, NULL);
    zmq_close(sockets[0]);
    zmq_close(sockets[1]);
    zmq_ctx_term(context);
    return 0;
}
