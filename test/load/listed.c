/* SPDX-License-Identifier: MPL-2.0 */
/* For embedded_plugin.sh: opens a plugin, whose constructor lets another thread go through the
 * loader's list. It is still there when dlopen() is done, leaves when the main thread waits, and
 * runs on. With STARTS, that constructor. */
#include <dlfcn.h>
#include <link.h>
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

void plugin_starts(void);

#ifdef STARTS
__attribute__((constructor)) static void start(void)
{
    plugin_starts();
}
#else
#include "waiting.h"

static int begin[2], inside[2], main_thread;
static int opened; /* atomic */

static int stay(struct dl_phdr_info *info, size_t size, void *unused)
{
    (void)info, (void)size, (void)unused;
    if (write(inside[1], "x", 1) != 1)
        _exit(3);
    while (waiting_at(main_thread) == 0)
        usleep(100);
    return 1;
}

static void *visit(void *unused)
{
    char byte;

    if (read(begin[0], &byte, 1) == 1)
        dl_iterate_phdr(stay, NULL);
    while (!__atomic_load_n(&opened, __ATOMIC_ACQUIRE)) {
    }
    return unused;
}

void plugin_starts(void)
{
    char byte;

    if (write(begin[1], "x", 1) != 1 || read(inside[0], &byte, 1) != 1)
        _exit(3);
}

int main(int argc, char **argv)
{
    pthread_t thread;

    main_thread = gettid();
    if (argc != 2 || pipe(begin) != 0 || pipe(inside) != 0 ||
        pthread_create(&thread, NULL, visit, NULL) != 0)
        return 2;
    if (dlopen(argv[1], RTLD_NOW) == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    __atomic_store_n(&opened, 1, __ATOMIC_RELEASE);
    pthread_join(thread, NULL);
    return 0;
}
#endif
