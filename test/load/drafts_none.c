/* SPDX-License-Identifier: MPL-2.0 */
/* A program without libzmq that looks for it. */
#include <dlfcn.h>
#include <stdio.h>

int main(void)
{
    static const char *const names[] = {"zmq_send", "zmq_ctx_new", "zmq_poller_new", "zmq_errno"};

    for (int i = 0; i < 4; i++) {
        int found = dlsym(RTLD_DEFAULT, names[i]) != NULL;

        printf("%s: %d %d\n", names[i], found, dlerror() != NULL);
    }
    printf("%d\n", dlsym(dlopen(NULL, RTLD_NOW), "zmq_send") != NULL);
    return 0;
}
