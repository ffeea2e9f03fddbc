/* SPDX-License-Identifier: MPL-2.0 */
/* closefrom(), which glibc has since 2.34. */
#ifndef CLOSEFROM_H
#define CLOSEFROM_H

#include <unistd.h>

#if !__GLIBC_PREREQ(2, 34)
static void closefrom(int first)
{
    for (int fd = first; fd < 4096; fd++)
        close(fd);
}
#endif

#endif
