/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin that opens another one, also while it is being loaded itself. */
#include <dlfcn.h>
#include <stdio.h>

void outer(const char *file);
void outer(const char *file)
{
    void *inner = dlopen(file, RTLD_NOW);
    const char *error = dlerror();

    if (inner == NULL) {
        printf("outer: %s\n", error);
        return;
    }
    printf("inner: %d, error %d\n", ((int (*)(void))dlsym(inner, "inner"))(), error != NULL);
    /* RTLD_NEXT is what comes after this plugin: nothing has such a name. */
    printf("next: %d\n", dlsym(RTLD_NEXT, "outer") != NULL);
}

__attribute__((constructor)) static void at_load(void)
{
    outer("libinner.so");
}
