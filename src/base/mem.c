/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The guard's own memory and string functions, under libc's names and hidden.
 *
 * Sanitizers' runtimes stand in front of libc's: under ThreadSanitizer the guard's copying of its
 * own records would be reported as the host's data race, and would crash in a thread that the
 * runtime does not know yet. Compilers also make calls out of loops and of struct assignments, so
 * these must carry the names that compilers use. Hidden, they are what every such call in the
 * shared object is bound to by the linker; nothing outside of it sees them. (test/abi/abi.sh,
 * test/life/sanitizers.sh)
 *
 * Built with -ffreestanding. LOOP() keeps compilers from turning a loop here into a call of the
 * very function that it is in.
 */
#include <stddef.h>
#include <stdint.h>

#include "base/arch.h"

#define OURS   __attribute__((visibility("hidden")))
#define LOOP() __asm__ volatile("")
#define LONG   256 /* bytes from which on the processor's own copying pays */

/* A word wherever it stands, of whatever type the memory is. */
typedef uint64_t __attribute__((may_alias, aligned(1))) word;
typedef unsigned char byte;

OURS void *memcpy(void *restrict to, const void *restrict from, size_t n);
OURS void *memmove(void *to, const void *from, size_t n);
OURS void *memset(void *to, int value, size_t n);
OURS int memcmp(const void *a, const void *b, size_t n);
OURS int bcmp(const void *a, const void *b, size_t n);
OURS void *memchr(const void *where, int c, size_t n);
OURS size_t strlen(const char *s);
OURS size_t strnlen(const char *s, size_t n);
OURS char *strchr(const char *s, int c);
OURS char *strchrnul(const char *s, int c);
OURS char *strrchr(const char *s, int c);
OURS int strcmp(const char *a, const char *b);
OURS int strncmp(const char *a, const char *b, size_t n);
OURS size_t strspn(const char *s, const char *set);
OURS size_t strcspn(const char *s, const char *set);
OURS char *strstr(const char *s, const char *wanted);

static void copy_up(byte *d, const byte *s, size_t n)
{
    for (; n >= sizeof(word); n -= sizeof(word)) {
        LOOP();
        *(word *)d = *(const word *)s;
        d += sizeof(word);
        s += sizeof(word);
    }
    for (; n > 0; n--) {
        LOOP();
        *d++ = *s++;
    }
}

static void copy_down(byte *d, const byte *s, size_t n)
{
    for (; n >= sizeof(word); n -= sizeof(word)) {
        LOOP();
        *(word *)(d + n - sizeof(word)) = *(const word *)(s + n - sizeof(word));
    }
    for (; n > 0; n--) {
        LOOP();
        d[n - 1] = s[n - 1];
    }
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
    if (n < LONG || !zg_arch_copy(to, from, n))
        copy_up(to, from, n);
    return to;
}

void *memmove(void *to, const void *from, size_t n)
{
    if ((uintptr_t)to - (uintptr_t)from >= n)
        copy_up(to, from, n);
    else
        copy_down(to, from, n);
    return to;
}

void *memset(void *to, int value, size_t n)
{
    word pattern = 0x0101010101010101U * (byte)value;
    byte *d = to;

    if (n >= LONG && zg_arch_fill(to, (byte)value, n))
        return to;
    for (; n >= sizeof(word); n -= sizeof(word)) {
        LOOP();
        *(word *)d = pattern;
        d += sizeof(word);
    }
    for (; n > 0; n--) {
        LOOP();
        *d++ = (byte)value;
    }
    return to;
}

int memcmp(const void *a, const void *b, size_t n)
{
    const byte *x = a;
    const byte *y = b;

    for (; n >= sizeof(word) && *(const word *)x == *(const word *)y; n -= sizeof(word)) {
        LOOP();
        x += sizeof(word);
        y += sizeof(word);
    }
    for (; n > 0; n--, x++, y++) {
        LOOP();
        if (*x != *y)
            return *x - *y;
    }
    return 0;
}

int bcmp(const void *a, const void *b, size_t n)
{
    return memcmp(a, b, n);
}

void *memchr(const void *where, int c, size_t n)
{
    const byte *p = where;

    for (; n > 0; n--, p++) {
        LOOP();
        if (*p == (byte)c)
            return (void *)(uintptr_t)p;
    }
    return NULL;
}

size_t strlen(const char *s)
{
    const char *p = s;

    while (*p != '\0') {
        LOOP();
        p++;
    }
    return (size_t)(p - s);
}

size_t strnlen(const char *s, size_t n)
{
    size_t i = 0;

    while (i < n && s[i] != '\0') {
        LOOP();
        i++;
    }
    return i;
}

char *strchrnul(const char *s, int c)
{
    while (*s != '\0' && *s != (char)c) {
        LOOP();
        s++;
    }
    return (char *)(uintptr_t)s;
}

char *strchr(const char *s, int c)
{
    char *p = strchrnul(s, c);

    return *p == (char)c ? p : NULL;
}

char *strrchr(const char *s, int c)
{
    const char *last = NULL;

    for (;; s++) {
        LOOP();
        if (*s == (char)c)
            last = s;
        if (*s == '\0')
            return (char *)(uintptr_t)last;
    }
}

int strncmp(const char *a, const char *b, size_t n)
{
    for (; n > 0; n--, a++, b++) {
        LOOP();
        if (*a != *b)
            return (byte)*a - (byte)*b;
        if (*a == '\0')
            break;
    }
    return 0;
}

int strcmp(const char *a, const char *b)
{
    return strncmp(a, b, PTRDIFF_MAX);
}

size_t strspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] != '\0' && strchr(set, s[n]) != NULL) {
        LOOP();
        n++;
    }
    return n;
}

size_t strcspn(const char *s, const char *set)
{
    size_t n = 0;

    while (s[n] != '\0' && strchr(set, s[n]) == NULL) {
        LOOP();
        n++;
    }
    return n;
}

char *strstr(const char *s, const char *wanted)
{
    size_t n = strlen(wanted);

    for (;; s++) {
        LOOP();
        if (strncmp(s, wanted, n) == 0)
            return (char *)(uintptr_t)s;
        if (*s == '\0')
            return NULL;
    }
}
