/* SPDX-License-Identifier: MPL-2.0 */
/* Two threads use a socket in turns, under a lock on a file that each has opened for itself:
 * flock(), or a lock of the open file's own. */
/* zg: expect silent */
#include <fcntl.h>
#include <sys/file.h>

#include "order.h"

static char path[] = "lock-XXXXXX";
static int way;

static void lock(int fd)
{
    struct flock whole = {.l_type = F_WRLCK};

    CHECK((way == 0 ? flock(fd, LOCK_EX) : fcntl(fd, F_OFD_SETLKW, &whole)) == 0);
}

static void unlock(int fd)
{
    struct flock whole = {.l_type = F_UNLCK};

    CHECK((way == 0 ? flock(fd, LOCK_UN) : fcntl(fd, F_OFD_SETLK, &whole)) == 0);
}

static void *run(void *socket)
{
    int fd = open(path, O_RDWR);

    for (int i = 0; i < 20; i++) {
        lock(fd);
        use(socket);
        unlock(fd);
        usleep(100);
    }
    close(fd);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();

    CHECK(close(mkstemp(path)) == 0);
    for (way = 0; way < 2; way++) {
        void *socket = make_socket(context);
        pthread_t threads[2];

        for (int i = 0; i < 2; i++)
            CHECK(pthread_create(&threads[i], NULL, run, socket) == 0);
        for (int i = 0; i < 2; i++)
            CHECK(pthread_join(threads[i], NULL) == 0);
        zmq_close(socket);
    }
    unlink(path);
    zmq_ctx_term(context);
    return 0;
}
