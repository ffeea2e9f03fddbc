/* SPDX-License-Identifier: MPL-2.0 */
/* aarch64: system calls, the spin hint, registers for the unwinder. */
#ifndef ZG_BASE_ARCH_AARCH64_H
#define ZG_BASE_ARCH_AARCH64_H

#include <ucontext.h>

#include "base/compiler.h"

/* Symbol version of pthread_cond_*: glibc's port is younger than the change of layout, so there is
 * the base version only. */
#define ZG_ARCH_COND_VERSION "GLIBC_2.17"
#define ZG_ARCH_VDSO_CLOCK   "__kernel_clock_gettime"

/* Bytes of the largest page. */
#define ZG_ARCH_PAGE 65536

/* Relocations that put a symbol's address somewhere: ELF for the Arm 64-bit Architecture, 5.7. */
#define ZG_ARCH_RELOC_JUMP_SLOT 1026
#define ZG_ARCH_RELOC_GLOB_DAT  1025
#define ZG_ARCH_RELOC_ADDRESS   257

/* Decrements; true while the result is not negative. */
ZG_INLINE bool zg_arch_count_down(int32_t *n)
{
    return --*n >= 0;
}

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

/* clone(2) onto a stack of its own: the child runs fn(arg), which must not return. Only for flags
 * without CLONE_SETTLS. The caller gets the child's pid or -errno. */
ZG_INLINE long zg_arch_clone(long flags, void *stack_top, void (*fn)(void *), void *arg)
{
    register long x8 __asm__("x8") = 220; /* SYS_clone */
    register long x0 __asm__("x0") = flags;
    register void *x1 __asm__("x1") = stack_top;
    register long x2 __asm__("x2") = 0;
    register long x3 __asm__("x3") = 0;
    register long x4 __asm__("x4") = 0;
    register void (*x5)(void *) __asm__("x5") = fn;
    register void *x6 __asm__("x6") = arg;

    __asm__ volatile("svc #0\n\t"
                     "cbnz x0, 1f\n\t"
                     "mov x29, #0\n\t"
                     "mov x0, x6\n\t"
                     "blr x5\n\t"
                     "brk #1\n"
                     "1:"
                     : "+r"(x0)
                     : "r"(x8), "r"(x1), "r"(x2), "r"(x3), "r"(x4), "r"(x5), "r"(x6)
                     : "memory", "cc");
    return x0;
}

/* Does the program run under valgrind? (A client request of valgrind.h, which changes nothing on a
 * real processor.) */
ZG_INLINE bool zg_arch_on_valgrind(void)
{
    const long request[6] = {0x1001}; /* VG_USERREQ__RUNNING_ON_VALGRIND */
    register long x3 __asm__("x3") = 0;
    register const long *x4 __asm__("x4") = request;

    __asm__ volatile("ror x12, x12, #3\n\t"
                     "ror x12, x12, #13\n\t"
                     "ror x12, x12, #51\n\t"
                     "ror x12, x12, #61\n\t"
                     "orr x10, x10, x10"
                     : "+r"(x3)
                     : "r"(x4)
                     : "x12", "memory", "cc");
    return x3 != 0;
}

/* Copy or fill in ascending order. False: the processor has nothing better than a loop. */
ZG_INLINE bool zg_arch_copy(void *to, const void *from, size_t n)
{
    (void)to, (void)from, (void)n;
    return false;
}

ZG_INLINE bool zg_arch_fill(void *to, unsigned char value, size_t n)
{
    (void)to, (void)value, (void)n;
    return false;
}

ZG_INLINE void zg_arch_pause(void)
{
    __asm__ volatile("yield" ::: "memory");
}

/* Names of libunwind's functions and the numbers of its registers (libunwind-aarch64.h). */
#define ZG_ARCH_UNWIND_LOCAL "_ULaarch64_"
#define ZG_ARCH_UNWIND_ANY   "_Uaarch64_"
#define ZG_ARCH_UNWIND_FP    29 /* UNW_AARCH64_X29 */
#define ZG_ARCH_UNWIND_SP    31 /* UNW_AARCH64_SP */
#define ZG_ARCH_UNWIND_IP    30 /* UNW_TDEP_IP: not UNW_AARCH64_PC */
#define ZG_ARCH_CURSOR_WORDS 256

typedef ucontext_t zg_arch_context; /* libunwind's own begins with the same fields */
#define ZG_ARCH_CONTEXT_IP(uc) ((uc)->uc_mcontext.pc)
#define ZG_ARCH_CONTEXT_SP(uc) ((uc)->uc_mcontext.sp)
#define ZG_ARCH_CONTEXT_FP(uc) ((uc)->uc_mcontext.regs[29])

#define ZG_ARCH_CONTEXT_REGS            31
#define ZG_ARCH_CONTEXT_REG(uc, i)      ((uc)->uc_mcontext.regs[i])
#define zg_arch_context_set(reg, value) (*(reg) = (__typeof__(*(reg)))(value))

/* The registers that an unwinder needs. They are those of the function that this is inlined into.
 */
ZG_INLINE void zg_arch_capture(zg_arch_context *uc)
{
    __asm__ volatile("stp x19, x20, [%0, #152]\n\t"
                     "stp x21, x22, [%0, #168]\n\t"
                     "stp x23, x24, [%0, #184]\n\t"
                     "stp x25, x26, [%0, #200]\n\t"
                     "stp x27, x28, [%0, #216]\n\t"
                     "stp x29, x30, [%0, #232]\n\t"
                     "mov x1, sp\n\t"
                     "str x1, [%0, #248]\n\t"
                     "adr x1, 1f\n\t"
                     "str x1, [%0, #256]\n"
                     "1:\tnop"
                     :
                     : "r"(uc->uc_mcontext.regs)
                     : "x1", "memory");
}

/* Defines void name(void (*fn)(void *), void *arg, void *top): calls fn(arg) on the stack that ends
 * at top. Debuggers find their way back. hint 34 is "bti c". */
#define ZG_ARCH_CALL_ON(name)                                                                      \
    __asm__(".pushsection .text\n\t"                                                               \
            ".p2align 4\n\t"                                                                       \
            ".globl " #name "\n\t"                                                                 \
            ".hidden " #name "\n\t"                                                                \
            ".type " #name ", %function\n" #name ":\n\t"                                           \
            ".cfi_startproc\n\t"                                                                   \
            "hint #34\n\t"                                                                         \
            "stp x29, x30, [sp, #-16]!\n\t"                                                        \
            ".cfi_def_cfa_offset 16\n\t"                                                           \
            ".cfi_offset 29, -16\n\t"                                                              \
            ".cfi_offset 30, -8\n\t"                                                               \
            "mov x29, sp\n\t"                                                                      \
            ".cfi_def_cfa_register 29\n\t"                                                         \
            "mov sp, x2\n\t"                                                                       \
            "mov x9, x0\n\t"                                                                       \
            "mov x0, x1\n\t"                                                                       \
            "blr x9\n\t"                                                                           \
            "mov sp, x29\n\t"                                                                      \
            "ldp x29, x30, [sp], #16\n\t"                                                          \
            ".cfi_def_cfa 31, 0\n\t"                                                               \
            ".cfi_restore 29\n\t"                                                                  \
            ".cfi_restore 30\n\t"                                                                  \
            "ret\n\t"                                                                              \
            ".cfi_endproc\n\t"                                                                     \
            ".size " #name ", . - " #name "\n\t"                                                   \
            ".popsection");

/* A return address as it stands on the stack, less what the processor added to it (pointer
 * authentication; xpaclri is a hint and does nothing on older processors). */
ZG_INLINE uintptr_t zg_arch_plain_address(uintptr_t address)
{
    register uintptr_t x30 __asm__("x30") = address;

    __asm__("hint #7" : "+r"(x30));
    return x30;
}

/*
 * Does the code make a futex system call? through_libc: it may by libc's syscall(), whose first
 * argument (register 0) is then the number; on_its_own: it may by the instruction svc #0, with the
 * number in register 8.
 */
ZG_INLINE bool zg_arch_has_futex_call(const unsigned char *code, size_t size, bool through_libc,
                                      bool on_its_own)
{
    const uint32_t *word = (const uint32_t *)(const void *)code;
    size_t count = size / sizeof(*word);

    for (size_t i = 0; i < count; i++) {
        uint32_t load = word[i] & 0x7fffffffU; /* mov w, #98 and mov x, #98 (SYS_futex) */

        if (through_libc && load == 0x52800c40)
            return true;
        if (!on_its_own || load != 0x52800c48)
            continue;
        for (size_t k = i + 1; k < i + 17 && k < count; k++)
            if (word[k] == 0xd4000001)
                return true;
    }
    return false;
}

/*
 * Does the code add to something by an atomic operation: ldadd of any size and order, or ldxr and
 * ldaxr, with which a loop does so? A helper of libgcc's, which is called for it, has both.
 */
ZG_INLINE bool zg_arch_counts_down(const unsigned char *code, size_t size)
{
    const uint32_t *word = (const uint32_t *)(const void *)code;

    for (size_t i = 0; i < size / sizeof(*word); i++) {
        if ((word[i] & 0x3f20fc00) == 0x38200000 || (word[i] & 0x3fff7c00) == 0x085f7c00)
            return true;
    }
    return false;
}

/* Where the instruction leads if it is a direct call; else 0. Those begin at every so many bytes.
 */
#define ZG_ARCH_INSN_STEP     4
#define ZG_ARCH_COUNT_HELPERS 1 /* functions of the compiler's that count */
ZG_INLINE uintptr_t zg_arch_call_at(const unsigned char *code, size_t size)
{
    uint32_t word = size >= 4 ? *(const uint32_t *)(const void *)code : 0;

    if (word >> 26 != 0x25) /* bl */
        return 0;
    return (uintptr_t)code + (uintptr_t)((int64_t)((uint64_t)word << 38) >> 36);
}

/* How far a branch reaches, in bytes, and who makes one (base/insn.h). */
#define ZG_ARCH_JUMP_REACH ((uintptr_t)1 << 27)
#define ZG_ARCH_DETOUR     zg_detour_aarch64
#define ZG_ARCH_HOP        zg_hop_aarch64
#define ZG_ARCH_INSN       zg_insn_aarch64
#define ZG_ARCH_JUMP_BYTES 4 /* of one, at least */

/* Are return addresses compared with a shadow stack? No: the return addresses that the guard makes
 * up are in the link register. */
ZG_INLINE bool zg_arch_has_shadow_stack(void)
{
    return false;
}

/* Is this the code that a signal handler returns to (mov x8, #139; svc #0: rt_sigreturn)? The
 * address must be readable. */
ZG_INLINE bool zg_arch_is_signal_return(uintptr_t address)
{
    const uint32_t *at = (const uint32_t *)address;

    return address % 4 == 0 && at[0] == 0xd2801168 && at[1] == 0xd4000001;
}

#endif
