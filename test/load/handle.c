/* SPDX-License-Identifier: MPL-2.0 */
/* A program that is not linked with libzmq and finds each function by dlsym on a handle, as FFIs
 * do: handle LIBRARY wrong|right */
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *library;

static void *find(const char *name)
{
    void *p = dlsym(library, name);

    if (p == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        exit(4);
    }
    return p;
}

#define Z(f) ((__typeof__(&f))find(#f))
#include "misuse.h"

int main(int argc, char **argv)
{
    library = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;
    if (library == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 3;
    }
    return misuse(strcmp(argv[2], "wrong") == 0);
}
