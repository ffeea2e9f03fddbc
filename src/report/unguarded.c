/* SPDX-License-Identifier: MPL-2.0 */
/* The line about a libzmq that is not guarded. */
#include "report/unguarded.h"

#include <errno.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/blind.h"
#include "report/finding.h"

static bool say(enum zg_blind kind, const char *path, const char *why, void *arg)
{
    ZG_BUF(line, 640);

    (void)arg;
    zg_buf_format(&line, "libzmqguard: %S: %s%s%s (pid=%d)", path, zg_blind_text(kind),
                  why[0] != '\0' ? ": " : "", why, zg_sys_getpid());
    zg_findings_notice(&line);
    return true;
}

void zg_unguarded_say(void)
{
    int saved = errno;

    zg_blind_each_new(say, NULL);
    errno = saved;
}
