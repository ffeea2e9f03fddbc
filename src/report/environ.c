/* SPDX-License-Identifier: MPL-2.0 */
/* Reading environ through process_vm_readv(2), or /proc/self/environ. */
#include "report/environ.h"

#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/str.h"
#include "base/sys.h"

#define VARIABLES 4096
#define BATCH     64
#define PAGE      ((uintptr_t)4096)

/* Bytes read from our own memory, 0 when there is none, negative when we may not. A read does not
 * cross into a page that is not there: it is made page by page. */
static long peek(const void *from, void *to, size_t n)
{
    size_t done = 0;

    while (done < n) {
        uintptr_t at = (uintptr_t)from + done;
        size_t left = PAGE - at % PAGE < n - done ? PAGE - at % PAGE : n - done;
        struct iovec there = {(void *)at, left};
        struct iovec here = {(char *)to + done, left};
        long rc = zg_sys6(SYS_process_vm_readv, zg_sys_getpid(), &here, 1, &there, 1, 0);

        if (rc <= 0)
            return done > 0 ? (long)done : rc;
        done += (size_t)rc;
    }
    return (long)done;
}

/* text is "NAME=VALUE", maybe cut. */
static bool is_variable(const char *text, const char *name, char *out, size_t cap)
{
    size_t n = strlen(name);

    if (strncmp(text, name, n) != 0 || text[n] != '=')
        return false;
    (void)zg_str_copy(out, cap, text + n + 1);
    return true;
}

/* 1 found, 0 not there, -1 memory cannot be read. */
static int search_live(const char *name, char *out, size_t cap)
{
    static char text[1024]; /* guarded by the report lock */
    char *batch[BATCH];
    char **at;

    if (peek(&environ, &at, sizeof(at)) != sizeof(at))
        return -1;
    for (size_t i = 0; at != NULL && i < VARIABLES; i++) {
        long n;

        if (i % BATCH == 0) {
            memset(batch, 0, sizeof(batch));
            if (peek(at + i, batch, sizeof(batch)) <= 0)
                return 0;
        }
        if (batch[i % BATCH] == NULL)
            return 0;
        n = peek(batch[i % BATCH], text, sizeof(text) - 1);
        text[n > 0 ? n : 0] = '\0';
        if (is_variable(text, name, out, cap))
            return 1;
    }
    return 0;
}

static bool search_start(const char *name, char *out, size_t cap)
{
    static char text[1024]; /* guarded by the report lock */
    size_t len = 0;
    char c;
    int fd = zg_sys_open("/proc/self/environ", O_RDONLY, 0);
    bool found = false;

    while (fd >= 0 && !found && zg_sys_read(fd, &c, 1) == 1) {
        if (c != '\0') {
            if (len < sizeof(text) - 1)
                text[len++] = c;
            continue;
        }
        text[len] = '\0';
        len = 0;
        found = is_variable(text, name, out, cap);
    }
    if (fd >= 0)
        zg_sys_close(fd);
    return found;
}

bool zg_environ_get(const char *name, char *out, size_t cap)
{
    int rc = search_live(name, out, cap);

    out[rc == 1 ? strlen(out) : 0] = '\0';
    return rc == 1 || (rc < 0 && search_start(name, out, cap));
}
