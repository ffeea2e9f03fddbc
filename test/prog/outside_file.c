/* SPDX-License-Identifier: MPL-2.0 */
/* What is read from a file, from /dev/zero and from a clock says nothing of other threads: neither
 * at first, nor when it is read again and again, nor when it has been closed. Nor does a lock on a
 * file that is only given up, or asked about. */
/* zg: expect cross-thread-use */
#include <fcntl.h>
#include <sys/file.h>
#include <sys/timerfd.h>

#include "order.h"

static void read_all(void)
{
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    int zero = open("/dev/zero", O_RDONLY);
    int file = open("/proc/self/exe", O_RDONLY);
    char bytes[8];
    struct flock whole = {.l_type = F_WRLCK};
    FILE *stream = fopen("/proc/self/exe", "r");

    CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0);
    for (int i = 0; i < 3; i++) {
        CHECK(timerfd_settime(timer, 0, &soon, NULL) == 0 && read(timer, bytes, 8) == 8);
        CHECK(read(zero, bytes, 8) == 8 && read(file, bytes, 8) == 8);
        CHECK(fread(bytes, 1, 8, stream) == 8 && fscanf(stream, "%8c", bytes) == 1);
        CHECK(fgets_unlocked(bytes, 8, stream) != NULL && getc_unlocked(stream) != EOF);
    }
    CHECK(flock(file, LOCK_UN) == 0 && fcntl(file, F_GETLK, &whole) == 0);
    CHECK(fcntl(file, F_SETFD, FD_CLOEXEC) == 0 && fcntl(file, F_GETFD) == FD_CLOEXEC);
    CHECK(dup2(zero, timer) == timer && dup3(zero, file, O_CLOEXEC) == file);
    CHECK(close(zero) == 0 && fclose(stream) == 0);
}

static void *run(void *socket)
{
    await(1);
    read_all();
    use(socket);
    reached(2);
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);
    pthread_t thread;

    pthread_create(&thread, NULL, run, socket);
    use(socket);
    reached(1);
    await(2);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
