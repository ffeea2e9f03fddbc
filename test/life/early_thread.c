/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A library whose constructor creates a thread, before a preload's constructor has run. Says
 * whether the process was registered for membarrier(2) by then. With -DPROGRAM: who is linked with
 * it.
 */
#include <linux/membarrier.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

int early_registered(void);

#ifdef PROGRAM
int main(void)
{
    puts(early_registered() ? "registered" : "not registered");
    return 0;
}
#else
static int registered;

static void *nothing(void *arg)
{
    return arg;
}

__attribute__((constructor)) static void create(void)
{
    pthread_t t;

    if (pthread_create(&t, NULL, nothing, NULL) != 0)
        return;
    registered = syscall(SYS_membarrier, MEMBARRIER_CMD_PRIVATE_EXPEDITED, 0) == 0;
    pthread_join(t, NULL);
}

int early_registered(void)
{
    return registered;
}
#endif
