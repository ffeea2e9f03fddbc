/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What another user does to an ipc endpoint. Run under setpriv(1), without the guard.
 *   other connect PATH   connects and says "refused" (connect failed), "turned away" (end of file
 *                        before a byte) or "greeted"
 *   other listen PATH    listens, says "ready", takes one peer, says how many bytes came
 *   other loop PATH      says "ready", tries to connect until stdin ends, says how often it could
 */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

static struct sockaddr_un name = {.sun_family = AF_UNIX};

static int attempt(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);

    if (connect(fd, (struct sockaddr *)&name, sizeof(name)) == 0)
        return fd;
    close(fd);
    return -1;
}

static int do_connect(void)
{
    int fd = attempt();
    char c;

    if (fd < 0)
        return puts("refused") < 0;
    return puts(read(fd, &c, 1) == 1 ? "greeted" : "turned away") < 0;
}

static int do_listen(void)
{
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    char buf[4096];
    long all = 0, n;

    umask(0);
    if (bind(fd, (struct sockaddr *)&name, sizeof(name)) != 0 || listen(fd, 8) != 0)
        return 2;
    puts("ready");
    fflush(stdout);
    fd = accept(fd, NULL, NULL);
    /* The greeting of libzmq waits for ours after its first 10 bytes: those are enough. */
    while (all < 10 && (n = read(fd, buf, sizeof(buf))) > 0)
        all += n;
    return printf("%ld bytes\n", all) < 0;
}

static int do_loop(void)
{
    struct pollfd end = {.fd = STDIN_FILENO, .events = POLLIN};
    long won = 0;
    int fd;

    puts("ready");
    fflush(stdout);
    while (poll(&end, 1, 0) == 0) {
        for (int i = 0; i < 64; i++) {
            fd = attempt();
            won += fd >= 0;
            if (fd >= 0)
                close(fd);
        }
    }
    return printf("%ld\n", won) < 0;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    strncpy(name.sun_path, argv[2], sizeof(name.sun_path) - 1);
    if (strcmp(argv[1], "connect") == 0)
        return do_connect();
    return strcmp(argv[1], "listen") == 0 ? do_listen() : do_loop();
}
