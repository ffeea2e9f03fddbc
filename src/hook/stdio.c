/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The functions of libc by which a thread reads from a stream, which may be a pipe's: see
 * hook/outside.c. Not those of wide characters.
 */
#include <stdarg.h>
#include <stdio.h>

#include "hook/outside.h"

#undef getc
#undef getchar
#undef fread_unlocked /* in some headers a macro */

/* What a program compiled with _FORTIFY_SOURCE calls; no header has them. */
size_t __fread_chk(void *buf, size_t room, size_t size, size_t count, FILE *stream);
size_t __fread_unlocked_chk(void *buf, size_t room, size_t size, size_t count, FILE *stream);
char *__fgets_chk(char *buf, size_t room, int size, FILE *stream);
char *__fgets_unlocked_chk(char *buf, size_t room, int size, FILE *stream);

ZG_EXPORT size_t fread(void *restrict buf, size_t size, size_t count, FILE *restrict stream)
{
    READ(size_t, fread, ZG_REAL_LIBC(fread)(buf, size, count, stream), true, stream->_fileno);
}

ZG_EXPORT size_t __fread_chk(void *restrict buf, size_t room, size_t size, size_t count,
                             FILE *restrict stream)
{
    READ(size_t, __fread_chk, ZG_REAL_LIBC(__fread_chk)(buf, room, size, count, stream), true,
         stream->_fileno);
}

ZG_EXPORT char *fgets(char *restrict buf, int size, FILE *restrict stream)
{
    READ(char *, fgets, ZG_REAL_LIBC(fgets)(buf, size, stream), true, stream->_fileno);
}

ZG_EXPORT char *__fgets_chk(char *buf, size_t room, int size, FILE *stream)
{
    READ(char *, __fgets_chk, ZG_REAL_LIBC(__fgets_chk)(buf, room, size, stream), true,
         stream->_fileno);
}

ZG_EXPORT ssize_t getline(char **restrict line, size_t *restrict size, FILE *restrict stream)
{
    READ(ssize_t, getline, ZG_REAL_LIBC(getline)(line, size, stream), true, stream->_fileno);
}

ZG_EXPORT ssize_t getdelim(char **restrict line, size_t *restrict size, int end,
                           FILE *restrict stream)
{
    READ(ssize_t, getdelim, ZG_REAL_LIBC(getdelim)(line, size, end, stream), true, stream->_fileno);
}

ZG_EXPORT ssize_t __getdelim(char **restrict line, size_t *restrict size, int end,
                             FILE *restrict stream)
{
    READ(ssize_t, __getdelim, ZG_REAL_LIBC(__getdelim)(line, size, end, stream), true,
         stream->_fileno);
}

ZG_EXPORT int fgetc(FILE *stream)
{
    READ(int, fgetc, ZG_REAL_LIBC(fgetc)(stream), true, stream->_fileno);
}

ZG_EXPORT int getc(FILE *stream)
{
    READ(int, getc, ZG_REAL_LIBC(getc)(stream), true, stream->_fileno);
}

ZG_EXPORT int getchar(void)
{
    READ(int, getchar, ZG_REAL_LIBC(getchar)(), true, stdin->_fileno);
}

ZG_EXPORT size_t fread_unlocked(void *restrict buf, size_t size, size_t count,
                                FILE *restrict stream)
{
    READ(size_t, fread_unlocked, ZG_REAL_LIBC(fread_unlocked)(buf, size, count, stream), true,
         stream->_fileno);
}

ZG_EXPORT size_t __fread_unlocked_chk(void *restrict buf, size_t room, size_t size, size_t count,
                                      FILE *restrict stream)
{
    READ(size_t, __fread_unlocked_chk,
         ZG_REAL_LIBC(__fread_unlocked_chk)(buf, room, size, count, stream), true, stream->_fileno);
}

ZG_EXPORT char *fgets_unlocked(char *restrict buf, int size, FILE *restrict stream)
{
    READ(char *, fgets_unlocked, ZG_REAL_LIBC(fgets_unlocked)(buf, size, stream), true,
         stream->_fileno);
}

ZG_EXPORT char *__fgets_unlocked_chk(char *buf, size_t room, int size, FILE *stream)
{
    READ(char *, __fgets_unlocked_chk, ZG_REAL_LIBC(__fgets_unlocked_chk)(buf, room, size, stream),
         true, stream->_fileno);
}

ZG_EXPORT int fgetc_unlocked(FILE *stream)
{
    READ(int, fgetc_unlocked, ZG_REAL_LIBC(fgetc_unlocked)(stream), true, stream->_fileno);
}

ZG_EXPORT int getc_unlocked(FILE *stream)
{
    READ(int, getc_unlocked, ZG_REAL_LIBC(getc_unlocked)(stream), true, stream->_fileno);
}

ZG_EXPORT int getchar_unlocked(void)
{
    READ(int, getchar_unlocked, ZG_REAL_LIBC(getchar_unlocked)(), true, stdin->_fileno);
}

/* What getc_unlocked() calls where it is a macro. */
ZG_EXPORT int __uflow(FILE *stream)
{
    READ(int, __uflow, ZG_REAL_LIBC(__uflow)(stream), true, stream->_fileno);
}

/* The end of a process. */
ZG_EXPORT int pclose(FILE *stream)
{
    TAKE(int, pclose, ZG_REAL_LIBC(pclose)(stream), rc != -1);
}

/*
 * scanf() and its kin, by the names that libc has for the formats of GNU, of C99 and of C23 (since
 * 2.38). The headers give the last two the name of the first: so each has a name of ours here.
 */
#define SCANNERS(c, prefix, real)                                                                  \
    ZG_EXPORT int zg_##c##_scanf(const char *format, ...) __asm__(prefix "scanf");                 \
    ZG_EXPORT int zg_##c##_vscanf(const char *format, va_list args) __asm__(prefix "vscanf");      \
    ZG_EXPORT int zg_##c##_fscanf(FILE *stream, const char *format, ...) __asm__(prefix "fscanf"); \
    ZG_EXPORT int zg_##c##_vfscanf(FILE *stream, const char *format,                               \
                                   va_list args) __asm__(prefix "vfscanf");                        \
                                                                                                   \
    static int c##_scan(uintptr_t caller, FILE *stream, const char *format, va_list args)          \
    {                                                                                              \
        int rc = ZG_REAL_LIBC(real)(stream, format, args);                                         \
                                                                                                   \
        if (zg_edge_is_active())                                                                   \
            zg_outside_read(prefix "scanf", stream->_fileno, caller);                              \
        return rc;                                                                                 \
    }                                                                                              \
                                                                                                   \
    int zg_##c##_scanf(const char *format, ...)                                                    \
    {                                                                                              \
        va_list args;                                                                              \
        int rc;                                                                                    \
                                                                                                   \
        va_start(args, format);                                                                    \
        rc = c##_scan(ZG_RETURN_ADDRESS(), stdin, format, args);                                   \
        va_end(args);                                                                              \
        return rc;                                                                                 \
    }                                                                                              \
                                                                                                   \
    int zg_##c##_vscanf(const char *format, va_list args)                                          \
    {                                                                                              \
        return c##_scan(ZG_RETURN_ADDRESS(), stdin, format, args);                                 \
    }                                                                                              \
                                                                                                   \
    int zg_##c##_fscanf(FILE *stream, const char *format, ...)                                     \
    {                                                                                              \
        va_list args;                                                                              \
        int rc;                                                                                    \
                                                                                                   \
        va_start(args, format);                                                                    \
        rc = c##_scan(ZG_RETURN_ADDRESS(), stream, format, args);                                  \
        va_end(args);                                                                              \
        return rc;                                                                                 \
    }                                                                                              \
                                                                                                   \
    int zg_##c##_vfscanf(FILE *stream, const char *format, va_list args)                           \
    {                                                                                              \
        return c##_scan(ZG_RETURN_ADDRESS(), stream, format, args);                                \
    }

SCANNERS(gnu, "", vfscanf)
SCANNERS(c99, "__isoc99_", __isoc99_vfscanf)
SCANNERS(c23, "__isoc23_", __isoc23_vfscanf)
