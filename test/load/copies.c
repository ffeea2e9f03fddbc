/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Several copies of libzmq in one process, reached in the order of the arguments, wrong or right:
 *   handle:LIB:right   dlsym on LIB's handle
 *   local:PLUGIN:right global: deepbind: a plugin's own calls
 * Prints the number of the copy that each was served by. With -DLINKED also calls one directly.
 */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *library;

#ifdef LINKED
#define Z(f) (library != NULL ? (__typeof__(&f))dlsym(library, #f) : &f)
#else
#define Z(f) ((__typeof__(&f))dlsym(library, #f))
#endif
#include "copies.h"

static void act(char *how)
{
    char *file = strchr(how, ':');
    char *wrong = file != NULL ? strchr(file + 1, ':') : NULL;
    int flags = strncmp(how, "global", 6) == 0     ? RTLD_GLOBAL
                : strncmp(how, "deepbind", 8) == 0 ? RTLD_DEEPBIND
                                                   : RTLD_LOCAL;
    int (*run)(int) = one_round;

    if (wrong == NULL)
        exit(2);
    *file = *wrong = '\0';
    library = strcmp(how, "linked") == 0 ? NULL : dlopen(file + 1, RTLD_NOW | flags);
    if (library != NULL && strcmp(how, "handle") != 0)
        run = (int (*)(int))dlsym(library, "plugin_run");
    printf("%s %s: copy %d\n", how, file + 1, run(strcmp(wrong + 1, "wrong") == 0));
    fflush(stdout);
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++)
        act(argv[i]);
    return 0;
}
