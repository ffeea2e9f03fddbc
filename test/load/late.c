/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Opens a plugin while another thread runs, and sees whether its code stayed as the file has it
 * (left alone) or not, and how its pages are protected: late PLUGIN. Prints "protection kept".
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

static atomic_int stop, ready;

static void *spin(void *unused)
{
    (void)unused;
    atomic_store(&ready, 1);
    while (!atomic_load(&stop))
        ;
    return NULL;
}

/* Is any page writable and executable? */
static int any_wx(void)
{
    char line[512];
    FILE *maps = fopen("/proc/self/maps", "r");
    int found = 0;

    while (maps != NULL && fgets(line, sizeof(line), maps) != NULL)
        found |= strstr(line, " rwx") != NULL || strstr(line, " -wx") != NULL;
    if (maps != NULL)
        fclose(maps);
    return found;
}

int main(int argc, char **argv)
{
    int (*run)(int wrong);
    pthread_t thread;
    void *handle;
    int rc;

    if (argc != 2 || pthread_create(&thread, NULL, spin, NULL) != 0)
        return 2;
    while (!atomic_load(&ready))
        ;
    handle = dlopen(argv[1], RTLD_NOW);
    if (handle == NULL)
        return 3;
    run = (int (*)(int))dlsym(handle, "plugin_run");
    rc = run(0);
    /* Once more, after it was unloaded. */
    dlclose(handle);
    handle = dlopen(argv[1], RTLD_NOW);
    run = (int (*)(int))dlsym(handle, "plugin_run");
    rc |= run(0);
    if (!any_wx())
        puts("protection kept");
    atomic_store(&stop, 1);
    pthread_join(thread, NULL);
    return rc;
}
