/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over by an eventfd. */
/* zg: expect silent */
#include <sys/eventfd.h>

#include "outside.h"

static int fd;

static void prepare(void *context)
{
    (void)context;
    fd = eventfd(0, 0);
    CHECK(fd >= 0);
}

static void give(void *socket)
{
    (void)socket;
    CHECK(eventfd_write(fd, 1) == 0);
}

static void *take(void *context)
{
    eventfd_t value;

    (void)context;
    CHECK(eventfd_read(fd, &value) == 0);
    return took(passed);
}

int main(void)
{
    hand_over();
    return 0;
}
