/* SPDX-License-Identifier: MPL-2.0 */
/* Opens a plugin and runs it: host local|global|deepbind|newlm|base[-lazy] PLUGIN wrong|right */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

static int flags_of(const char *mode)
{
    int flags = strstr(mode, "-lazy") != NULL ? RTLD_LAZY : RTLD_NOW;

    if (strncmp(mode, "global", 6) == 0)
        flags |= RTLD_GLOBAL;
    if (strncmp(mode, "deepbind", 8) == 0)
        flags |= RTLD_DEEPBIND;
    return flags;
}

int main(int argc, char **argv)
{
    int (*run)(int wrong);
    void *handle;

    if (argc != 4)
        return 2;
    if (strncmp(argv[1], "newlm", 5) == 0)
        handle = dlmopen(LM_ID_NEWLM, argv[2], RTLD_NOW);
    else if (strncmp(argv[1], "base", 4) == 0)
        handle = dlmopen(LM_ID_BASE, argv[2], RTLD_NOW);
    else
        handle = dlopen(argv[2], flags_of(argv[1]));
    if (handle == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 3;
    }
    run = (int (*)(int))dlsym(handle, "plugin_run");
    return run != NULL ? run(strcmp(argv[3], "wrong") == 0) : 4;
}
