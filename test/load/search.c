/* SPDX-License-Identifier: MPL-2.0 */
/* search PLUGIN FILE: opens the plugin, which opens the file and calls inner() in it. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char **argv)
{
    void (*outer)(const char *file);
    void *plugin = argc == 3 ? dlopen(argv[1], RTLD_NOW) : NULL;

    if (plugin == NULL) {
        printf("%s\n", dlerror());
        return 3;
    }
    outer = (void (*)(const char *))dlsym(plugin, "outer");
    outer(argv[2]);
    return 0;
}
