/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin whose constructor waits for threads that use libzmq, while dlopen holds the loader's
 * lock.
 */
#define Z(f) f
#include "copies.h"

static int result = -1;

static void *in_thread(void *unused)
{
    (void)unused;
    result = one_round(0);
    return NULL;
}

__attribute__((constructor)) static void at_load(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, in_thread, NULL);
    pthread_join(thread, NULL);
}

int plugin_run(int wrong);
int plugin_run(int wrong)
{
    return result != 1 || wrong;
}
