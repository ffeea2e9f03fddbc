/* SPDX-License-Identifier: MPL-2.0 */
/* x86-64: system calls and the spin hint. */
#ifndef ZG_BASE_ARCH_X86_64_H
#define ZG_BASE_ARCH_X86_64_H

#include "base/compiler.h"

/* Symbol version of pthread_cond_* with the current layout (glibc's nptl/pthread_cond_*.c). */
#define ZG_ARCH_COND_VERSION "GLIBC_2.3.2"

/* Raw system call: returns the kernel's word, -errno on failure. Never touches errno. */
ZG_INLINE long zg_arch_syscall6(long n, long a, long b, long c, long d, long e, long f)
{
    register long r10 __asm__("r10") = d;
    register long r8 __asm__("r8") = e;
    register long r9 __asm__("r9") = f;
    long ret;

    __asm__ volatile("syscall"
                     : "=a"(ret)
                     : "a"(n), "D"(a), "S"(b), "d"(c), "r"(r10), "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory");
    return ret;
}

ZG_INLINE void zg_arch_pause(void)
{
    __asm__ volatile("pause" ::: "memory");
}

#endif
