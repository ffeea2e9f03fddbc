/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One fault of each family and its twin, for programs and plugins that carry libzmq:
 *   kinds wrong|right        the socket of misuse.h
 *   kinds UMASK FILE         binds ipc://FILE under that umask (octal), prints the file's mode
 * -DPLUGIN: a plugin that does so; -DHOST: a program that opens it: host PLUGIN ARGUMENT…
 */
#ifdef HOST
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    void *plugin = argc > 1 ? dlopen(argv[1], RTLD_NOW | RTLD_LOCAL) : NULL;
    int (*run)(int, char **) = NULL;

    if (plugin != NULL)
        run = (int (*)(int, char **))dlsym(plugin, "kinds");
    if (run == NULL)
        fprintf(stderr, "%s\n", dlerror());
    return run != NULL ? run(argc - 1, argv + 1) : 2;
}
#else
#include "misuse.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#ifdef PLUGIN
#define main __attribute__((visibility("default"))) kinds
int main(int argc, char **argv);
#endif

static int bind_ipc(mode_t mask, const char *file)
{
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, ZMQ_PULL);
    char endpoint[4096];
    struct stat st;

    snprintf(endpoint, sizeof(endpoint), "ipc://%s", file);
    umask(mask);
    if (zmq_bind(socket, endpoint) != 0 || stat(file, &st) != 0)
        return 1;
    printf("%o\n", (unsigned)st.st_mode & 0777);
    zmq_close(socket);
    return zmq_ctx_term(context);
}

int main(int argc, char **argv)
{
    if (argc == 3)
        return bind_ipc((mode_t)strtoul(argv[1], NULL, 8), argv[2]);
    return argc == 2 ? misuse(strcmp(argv[1], "wrong") == 0) : 2;
}
#endif
