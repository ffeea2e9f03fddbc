/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A file is read, and at once a pipe takes its number, by which a socket is handed over: that the
 * file told nothing says nothing of the pipe. Whether the guard sees how the number went over
 * (dup2(), or close() and pipe(), fclose()) or not (a system call of the program's own), and also
 * when the file is back at the time of the use.
 */
/* zg: expect silent */
#include <fcntl.h>
#include <sys/syscall.h>

#define ROUNDS 50
#include "outside_turns.h"

#define NUMBER 500 /* which nobody else gets meanwhile */

enum { CLOSED, DUPLICATED, UNSEEN, UNSEEN_AND_BACK, STREAM, WAYS };

static int file;

static void prepare(void *context)
{
    (void)context;
    file = open("/proc/self/exe", O_RDONLY);
    CHECK(file >= 0);
}

/* A descriptor of the file, which has been read often enough to be known well. */
static int known(void)
{
    int fd = fcntl(file, F_DUPFD, NUMBER);
    char byte;

    CHECK(fd == NUMBER);
    for (int i = 0; i < 3; i++)
        CHECK(lseek(fd, 0, SEEK_SET) == 0 && read(fd, &byte, 1) == 1);
    return fd;
}

/* The number is a pipe's from now on. */
static void replace(int fd, int way)
{
    CHECK(pipe(ends) == 0);
    if (way == CLOSED)
        CHECK(close(fd) == 0 && fcntl(ends[0], F_DUPFD, NUMBER) == fd);
    else if (way == DUPLICATED)
        CHECK(dup2(ends[0], fd) == fd);
    else
        CHECK(syscall(SYS_dup3, ends[0], fd, 0) == fd);
    CHECK(close(ends[0]) == 0);
}

static void wait_for(int fd)
{
    char byte;

    now(2);
    CHECK(read(fd, &byte, 1) == 1);
}

static void by_stream(void)
{
    FILE *stream = fdopen(fcntl(file, F_DUPFD, NUMBER), "r");

    CHECK(stream != NULL && fileno(stream) == NUMBER);
    for (int i = 0; i < 3; i++)
        CHECK(fgetc(stream) != EOF);
    CHECK(fclose(stream) == 0 && pipe(ends) == 0);
    CHECK(fcntl(ends[0], F_DUPFD, NUMBER) == NUMBER && close(ends[0]) == 0);
    wait_for(NUMBER);
    CHECK(close(NUMBER) == 0);
}

static void *take(void *context)
{
    static int round;
    int way = round++ % WAYS, fd;

    (void)context;
    when(1);
    (void)close(NUMBER); /* of the round before */
    if (way == STREAM) {
        by_stream();
    } else {
        fd = known();
        replace(fd, way);
        wait_for(fd);
        if (way == UNSEEN_AND_BACK)
            CHECK(dup2(file, fd) == fd);
        else
            close(fd);
    }
    when(0);
    close(ends[1]);
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
