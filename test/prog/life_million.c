/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A million sockets are made, bound and closed; what the guard maps does not grow with them. Its
 * memory is what lies in anonymous mappings outside of the heap and the stacks: compared, not
 * sized.
 *
 * zg: expect silent
 * zg: runs 1
 * zg: bare none
 */
#include <malloc.h>

#include "life.h"

enum { SOCKETS = 1000000, WARM = 20000 };

/* kB of private anonymous mappings but the heap and the main stack. */
static long mapped(void)
{
    FILE *f = fopen("/proc/self/maps", "r");
    char line[512];
    long kb = 0;

    CHECK(f != NULL);
    while (fgets(line, sizeof(line), f) != NULL) {
        unsigned long from, to;
        char mode[5], name[256] = "";

        CHECK(sscanf(line, "%lx-%lx %4s %*s %*s %*s %255s", &from, &to, mode, name) >= 3);
        if (mode[0] == 'r' && mode[1] == 'w' && name[0] == '\0')
            kb += (long)(to - from) / 1024;
    }
    fclose(f);
    return kb;
}

/* As many as there can be: later, when libzmq is behind with closing them, there may be that many.
 */
static void make_all(void *context)
{
    static void *sockets[65536];
    size_t n = 0;

    while ((sockets[n] = zmq_socket(context, ZMQ_PAIR)) != NULL)
        CHECK(zmq_bind(sockets[n++], "inproc://x") == 0 || errno == EADDRINUSE);
    CHECK(errno == EMFILE);
    while (n > 0)
        CHECK(zmq_close(sockets[--n]) == 0);
}

int main(void)
{
    void *context;
    long before = 0;

    /* All that is malloc's in the heap, which is not counted. */
    CHECK(mallopt(M_ARENA_MAX, 1) && mallopt(M_MMAP_THRESHOLD, 1 << 25) &&
          mallopt(M_TOP_PAD, 1 << 26));
    context = zmq_ctx_new();
    make_all(context);

    for (int i = 0; i < SOCKETS; i++) {
        void *socket = zmq_socket(context, ZMQ_PAIR);

        if (socket == NULL) { /* the reaper is behind */
            CHECK(errno == EMFILE);
            usleep(1000);
            i--;
            continue;
        }
        if (i % 16 == 0)
            CHECK(zmq_bind(socket, "inproc://x") == 0 || errno == EADDRINUSE);
        CHECK(zmq_close(socket) == 0);
        if (i == WARM)
            before = mapped();
    }
    if (mapped() > before + 256) {
        fprintf(stderr, "%ld kB more after %d sockets\n", mapped() - before, SOCKETS);
        return 1;
    }
    CHECK(zmq_ctx_term(context) == 0);
    return 0;
}
