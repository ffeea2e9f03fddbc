/* SPDX-License-Identifier: MPL-2.0 */
/* For provoke_file.sh: sockets go from a thread to another one by a pipe, as many as the second
 * argument says. "apart": it says so when its use is over, which is right; "together": before it
 * begins, which is wrong, at the same two places. */
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "order.h"

static int ends[2];
/* So that the use between them is at one place. */
static void (*volatile before)(void *socket), (*volatile after)(void *socket);

static void nothing(void *socket)
{
    (void)socket;
}

static int used; /* atomic: sockets that the first thread is done with */

static void count_used(void *socket)
{
    (void)socket;
    __atomic_add_fetch(&used, 1, __ATOMIC_RELAXED);
}

static bool main_sleeps(void)
{
    char path[64], state = '?';
    FILE *f;

    snprintf(path, sizeof(path), "/proc/self/task/%d/stat", getpid());
    f = fopen(path, "r");
    CHECK(f != NULL && fscanf(f, "%*d (%*[^)]) %c", &state) == 1 && fclose(f) == 0);
    return state == 'S';
}

/* Until the use of socket number n is over, or held open. */
static void await_use(int n)
{
    for (int seen = 0; seen < 3 && __atomic_load_n(&used, __ATOMIC_RELAXED) <= n; usleep(1000))
        seen = main_sleeps() ? seen + 1 : 0;
}

static void hand_over(void *socket)
{
    CHECK(write(ends[1], &socket, sizeof(socket)) == sizeof(socket));
}

static void *take(void *unused)
{
    void *socket;

    (void)unused;
    for (int n = 0; read(ends[0], &socket, sizeof(socket)) == sizeof(socket); n++) {
        if (before == hand_over)
            await_use(n);
        use(socket);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    bool together = argc > 1 && strcmp(argv[1], "together") == 0;
    int count = argc > 2 ? atoi(argv[2]) : 1;
    pthread_t thread;

    before = together ? hand_over : nothing;
    after = together ? count_used : hand_over;
    CHECK(pipe(ends) == 0);
    pthread_create(&thread, NULL, take, NULL);
    for (int i = 0; i < count; i++) {
        void *socket = make_socket(context);

        before(socket);
        use(socket);
        after(socket);
    }
    close(ends[1]);
    pthread_join(thread, NULL);
    return 0;
}
