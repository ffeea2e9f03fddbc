/* SPDX-License-Identifier: MPL-2.0 */
/* For stderr.sh: daemon plain|context|inplace FIFO lets go of its starter's descriptors, then lives
 * until somebody opens the FIFO to write: plain never used libzmq, context has a socket before it
 * forks, inplace has one and does not fork. daemon store FILE: two threads share a socket while 1
 * and 2 are descriptors of a data file; exit status 1 when the file is no more as it was. */
#include <fcntl.h>
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>

#include "closefrom.h"

static void *context, *a_socket;

static void use_libzmq(void)
{
    context = zmq_ctx_new();
    a_socket = zmq_socket(context, ZMQ_PUB);
    zmq_bind(a_socket, "inproc://daemon");
}

static void *send_some(void *unused)
{
    for (int i = 0; i < 3; i++)
        zmq_send(a_socket, "x", 1, ZMQ_DONTWAIT);
    return unused;
}

static int store(const char *path)
{
    static const char header[] = "THE HEADER OF THE STORE\n";
    char is[sizeof(header)] = "";
    pthread_t one, two;

    closefrom(0);
    if (open("/dev/null", O_RDWR) != 0 || open(path, O_RDWR | O_CREAT | O_TRUNC, 0600) != 1 ||
        open(path, O_RDWR) != 2 || pwrite(1, header, sizeof(header), 0) != sizeof(header))
        return 2;
    use_libzmq();
    pthread_create(&one, NULL, send_some, NULL);
    pthread_join(one, NULL);
    pthread_create(&two, NULL, send_some, NULL);
    send_some(NULL);
    pthread_join(two, NULL);
    zmq_close(a_socket);
    zmq_close(a_socket);
    return pread(2, is, sizeof(is), 0) != sizeof(is) || memcmp(is, header, sizeof(is)) != 0;
}

int main(int argc, char **argv)
{
    const char *how = argc > 2 ? argv[1] : "";
    char byte;

    if (strcmp(how, "store") == 0)
        return store(argv[2]);
    if (strcmp(how, "plain") != 0)
        use_libzmq();
    (void)!write(2, "starting\n", 9);
    if (strcmp(how, "inplace") == 0) {
        int null = open("/dev/null", O_RDWR);

        for (int fd = 0; fd < 3; fd++)
            dup2(null, fd);
    } else if (daemon(1, 0) != 0) {
        return 1;
    }
    (void)!read(open(argv[2], O_RDONLY), &byte, 1);
    return 0;
}
