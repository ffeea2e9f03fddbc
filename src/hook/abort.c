/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The way out of libzmq. Its assertions print a line by fprintf() and then call abort()
 * (src/err.hpp and zmq_abort() in src/err.cpp). abort() is interposed for the whole process, and
 * heeds only calls from a libzmq; the printing functions are not: libzmq's own slots for them lead
 * here.
 */
#include <stdarg.h>

#include "host/libc.h"
#include "host/patch.h"
#include "track/crash.h"

/* clang calls it, too, where a cleanup of the guard's own ends by an exception: none does. */
ZG_EXPORT void abort(void)
{
    /* The call may be the last instruction of its function. */
    if (zg_unlikely(zg_lib_is_libzmq(ZG_RETURN_ADDRESS() - 1)))
        zg_crash_report(ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    ZG_REAL_LIBC(abort)();
    __builtin_trap(); /* it does not return */
}

static int say(FILE *f, const char *format, va_list args)
{
    va_list again;
    int n;

    va_copy(again, args);
    zg_crash_note_words(format, again);
    va_end(again);
    n = ZG_REAL_LIBC(vfprintf)(f, format, args);
    return n;
}

static int print(FILE *f, const char *format, ...)
{
    va_list args;
    int n;

    va_start(args, format);
    n = say(f, format, args);
    va_end(args);
    return n;
}

static int print_checked(FILE *f, int flag, const char *format, ...)
{
    va_list args;
    int n;

    (void)flag; /* the check of the format: libzmq's are constants */
    va_start(args, format);
    n = say(f, format, args);
    va_end(args);
    return n;
}

__attribute__((constructor)) static void listen_to_libzmq(void)
{
    static const struct zg_patch_inner inner[] = {
        {"fprintf", (zg_function *)(void *)print},
        {"__fprintf_chk", (zg_function *)(void *)print_checked},
    };

    zg_patch_inner_init(inner, ZG_COUNT(inner));
}
