/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin that is linked with libzmq; with -DPROGRAM a program that is, with -DSERVER a
 * plugin that also imports what libzmq does. */
#include "misuse.h"

#include <netdb.h>
#include <pthread.h>
#include <string.h>
#include <sys/socket.h>

int plugin_run(int wrong);
int plugin_run(int wrong)
{
    return misuse(wrong);
}

#ifdef SERVER
void *const plugin_serves[] = {(void *)freeaddrinfo, (void *)getsockname, (void *)listen,
                               (void *)pthread_create};
#endif

#ifdef PROGRAM
int main(int argc, char **argv)
{
    return plugin_run(argc > 1 && strcmp(argv[1], "wrong") == 0);
}
#endif
