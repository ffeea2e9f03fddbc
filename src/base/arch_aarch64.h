/* SPDX-License-Identifier: MPL-2.0 */
/* aarch64: system calls and the spin hint. */
#ifndef ZG_BASE_ARCH_AARCH64_H
#define ZG_BASE_ARCH_AARCH64_H

#include "base/compiler.h"

/* Symbol version of pthread_cond_*: the port is younger than the layout change, base version. */
#define ZG_ARCH_COND_VERSION "GLIBC_2.17"

/* Raw system call: returns the kernel's word, -errno on failure. Never touches errno. */
ZG_INLINE long zg_arch_syscall6(long n, long a, long b, long c, long d, long e, long f)
{
    register long x8 __asm__("x8") = n;
    register long x0 __asm__("x0") = a;
    register long x1 __asm__("x1") = b;
    register long x2 __asm__("x2") = c;
    register long x3 __asm__("x3") = d;
    register long x4 __asm__("x4") = e;
    register long x5 __asm__("x5") = f;

    __asm__ volatile("svc #0"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5)
                     : "memory", "cc");
    return x0;
}

ZG_INLINE void zg_arch_pause(void)
{
    __asm__ volatile("yield" ::: "memory");
}

#endif
