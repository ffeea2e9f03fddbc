/* SPDX-License-Identifier: MPL-2.0 */
/* x86-64: system calls, the spin hint, registers for the unwinder. */
#ifndef ZG_BASE_ARCH_X86_64_H
#define ZG_BASE_ARCH_X86_64_H

#include <ucontext.h>

#include "base/compiler.h"

/* Symbol version of pthread_cond_* with the current layout (glibc's nptl/pthread_cond_*.c). */
#define ZG_ARCH_COND_VERSION "GLIBC_2.3.2"
#define ZG_ARCH_VDSO_CLOCK   "__vdso_clock_gettime"

/* Bytes of a page. */
#define ZG_ARCH_PAGE 4096

/* Relocations that put a symbol's address somewhere: x86-64 psABI, 4.4.1. */
#define ZG_ARCH_RELOC_JUMP_SLOT 7
#define ZG_ARCH_RELOC_GLOB_DAT  6
#define ZG_ARCH_RELOC_ADDRESS   1

/* Decrements; true while the result is not negative. One instruction and the branch on it. */
ZG_INLINE bool zg_arch_count_down(int32_t *n)
{
    bool below;

    __asm__("subl $1, %0" : "+m"(*n), "=@ccs"(below));
    return !below;
}

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

/* clone(2) onto a stack of its own: the child runs fn(arg), which must not return. Only for flags
 * without CLONE_SETTLS. The caller gets the child's pid or -errno. */
ZG_INLINE long zg_arch_clone(long flags, void *stack_top, void (*fn)(void *), void *arg)
{
    register long r10 __asm__("r10") = 0;
    register void (*r8)(void *) __asm__("r8") = fn;
    register void *r9 __asm__("r9") = arg;
    long ret;

    __asm__ volatile("syscall\n\t"
                     "test %%rax, %%rax\n\t"
                     "jnz 1f\n\t"
                     "xor %%ebp, %%ebp\n\t"
                     "mov %%r9, %%rdi\n\t"
                     "call *%%r8\n\t"
                     "ud2\n"
                     "1:"
                     : "=a"(ret)
                     : "a"(56L /* SYS_clone */), "D"(flags), "S"(stack_top), "d"(0L), "r"(r10),
                       "r"(r8), "r"(r9)
                     : "rcx", "r11", "memory", "cc");
    return ret;
}

/* Does the program run under valgrind? (A client request of valgrind.h, which changes nothing on a
 * real processor.) */
ZG_INLINE bool zg_arch_on_valgrind(void)
{
    const long request[6] = {0x1001}; /* VG_USERREQ__RUNNING_ON_VALGRIND */
    long depth = 0;

    __asm__ volatile("rol $3, %%rdi\n\t"
                     "rol $13, %%rdi\n\t"
                     "rol $61, %%rdi\n\t"
                     "rol $51, %%rdi\n\t"
                     "xchg %%rbx, %%rbx"
                     : "+d"(depth)
                     : "a"(request)
                     : "rdi", "memory", "cc");
    return depth != 0;
}

/* Copy or fill in ascending order. False: the processor has nothing better than a loop. */
ZG_INLINE bool zg_arch_copy(void *to, const void *from, size_t n)
{
    __asm__ volatile("rep movsb" : "+D"(to), "+S"(from), "+c"(n) : : "memory");
    return true;
}

ZG_INLINE bool zg_arch_fill(void *to, unsigned char value, size_t n)
{
    __asm__ volatile("rep stosb" : "+D"(to), "+c"(n) : "a"(value) : "memory");
    return true;
}

ZG_INLINE void zg_arch_pause(void)
{
    __asm__ volatile("pause" ::: "memory");
}

/* Names of libunwind's functions and the numbers of its registers (libunwind-x86_64.h). */
#define ZG_ARCH_UNWIND_LOCAL "_ULx86_64_"
#define ZG_ARCH_UNWIND_ANY   "_Ux86_64_"
#define ZG_ARCH_UNWIND_FP    6  /* UNW_X86_64_RBP */
#define ZG_ARCH_UNWIND_SP    7  /* UNW_X86_64_RSP */
#define ZG_ARCH_UNWIND_IP    16 /* UNW_X86_64_RIP */
#define ZG_ARCH_CURSOR_WORDS 127

typedef ucontext_t zg_arch_context;
#define ZG_ARCH_CONTEXT_IP(uc) ((uc)->uc_mcontext.gregs[REG_RIP])
#define ZG_ARCH_CONTEXT_SP(uc) ((uc)->uc_mcontext.gregs[REG_RSP])
#define ZG_ARCH_CONTEXT_FP(uc) ((uc)->uc_mcontext.gregs[REG_RBP])

#define ZG_ARCH_CONTEXT_REGS            16 /* REG_R8 .. REG_RSP and REG_RIP are the first */
#define ZG_ARCH_CONTEXT_REG(uc, i)      ((uc)->uc_mcontext.gregs[i])
#define zg_arch_context_set(reg, value) (*(reg) = (__typeof__(*(reg)))(value))

/* The registers that an unwinder needs. They are those of the function that this is inlined into.
 */
ZG_INLINE void zg_arch_capture(zg_arch_context *uc)
{
    __asm__ volatile("movq %%rbx, %c1(%0)\n\t"
                     "movq %%rbp, %c2(%0)\n\t"
                     "movq %%r12, %c3(%0)\n\t"
                     "movq %%r13, %c4(%0)\n\t"
                     "movq %%r14, %c5(%0)\n\t"
                     "movq %%r15, %c6(%0)\n\t"
                     "movq %%rsp, %c7(%0)\n\t"
                     "leaq 1f(%%rip), %%rax\n\t"
                     "movq %%rax, %c8(%0)\n"
                     "1:\tnop"
                     :
                     : "r"(uc->uc_mcontext.gregs), "i"(8 * REG_RBX), "i"(8 * REG_RBP),
                       "i"(8 * REG_R12), "i"(8 * REG_R13), "i"(8 * REG_R14), "i"(8 * REG_R15),
                       "i"(8 * REG_RSP), "i"(8 * REG_RIP)
                     : "rax", "memory");
}

/* Defines void name(void (*fn)(void *), void *arg, void *top): calls fn(arg) on the stack that ends
 * at top. Debuggers find their way back. */
#define ZG_ARCH_CALL_ON(name)                                                                      \
    __asm__(".pushsection .text\n\t"                                                               \
            ".p2align 4\n\t"                                                                       \
            ".globl " #name "\n\t"                                                                 \
            ".hidden " #name "\n\t"                                                                \
            ".type " #name ", @function\n" #name ":\n\t"                                           \
            ".cfi_startproc\n\t"                                                                   \
            "endbr64\n\t"                                                                          \
            "pushq %rbp\n\t"                                                                       \
            ".cfi_def_cfa_offset 16\n\t"                                                           \
            ".cfi_offset %rbp, -16\n\t"                                                            \
            "movq %rsp, %rbp\n\t"                                                                  \
            ".cfi_def_cfa_register %rbp\n\t"                                                       \
            "movq %rdx, %rsp\n\t"                                                                  \
            "movq %rdi, %rax\n\t"                                                                  \
            "movq %rsi, %rdi\n\t"                                                                  \
            "call *%rax\n\t"                                                                       \
            "movq %rbp, %rsp\n\t"                                                                  \
            "popq %rbp\n\t"                                                                        \
            ".cfi_def_cfa %rsp, 8\n\t"                                                             \
            "ret\n\t"                                                                              \
            ".cfi_endproc\n\t"                                                                     \
            ".size " #name ", . - " #name "\n\t"                                                   \
            ".popsection");

/* A return address as it stands on the stack, less what the processor added to it. */
ZG_INLINE uintptr_t zg_arch_plain_address(uintptr_t address)
{
    return address;
}

/*
 * Does the code make a futex system call? through_libc: it may by libc's syscall(), whose first
 * argument (edi) is then the number; on_its_own: it may by the instruction (0f 05), with the number
 * in eax. Either is loaded by "mov $202, %e.." or its form with a 64-bit register.
 */
ZG_INLINE bool zg_arch_has_futex_call(const unsigned char *code, size_t size, bool through_libc,
                                      bool on_its_own)
{
    const unsigned char *end = code + (size > 4 ? size - 3 : 1);

    for (const unsigned char *p = code + 1; p < end; p++) {
        bool wide;

        if (p[0] != 202 || p[1] != 0 || p[2] != 0 || p[3] != 0) /* SYS_futex */
            continue;
        wide = p - code >= 2 && p[-2] == 0xc7;
        if (through_libc && (p[-1] == 0xbf || (wide && p[-1] == 0xc7)))
            return true;
        if (!on_its_own || (p[-1] != 0xb8 && !(wide && p[-1] == 0xc0)))
            continue;
        for (const unsigned char *q = p + 4; q < p + 68 && q + 1 < end; q++)
            if (q[0] == 0x0f && q[1] == 0x05)
                return true;
    }
    return false;
}

/* The constant of a byte that ends an instruction whose operand in memory begins at p; 0 where that
 * is not before the end. */
ZG_INLINE unsigned char zg_arch_imm8_behind(const unsigned char *p, const unsigned char *end)
{
    unsigned mode = *p >> 6, base = *p & 7;

    p += 1 + (base == 4); /* which has a byte more */
    p += mode == 1 ? 1 : mode == 2 || base == 5 ? 4 : 0;
    return p < end ? *p : 0;
}

/*
 * Does the code count something down by an atomic operation: lock xadd of whatever is in a
 * register, lock dec, lock sub of 1 or lock add of -1? Bytes that are no instruction may look so.
 */
ZG_INLINE bool zg_arch_counts_down(const unsigned char *code, size_t size)
{
    const unsigned char *end = code + size;

    for (size_t i = 0; i + 4 <= size; i++) {
        const unsigned char *p = code + i + 1;
        unsigned operation;

        if (code[i] != 0xf0)
            continue;
        p += (*p & 0xf0) == 0x40; /* REX */
        operation = p[1] >> 3 & 7;
        if ((p[0] == 0x0f && p[1] == 0xc1) || (p[0] == 0xff && operation == 1) ||
            (p[0] == 0x83 && operation == 5 && zg_arch_imm8_behind(p + 1, end) == 1) ||
            (p[0] == 0x83 && operation == 0 && zg_arch_imm8_behind(p + 1, end) == 0xff))
            return true;
    }
    return false;
}

/* Where the instruction leads if it is a direct call; else 0. Those begin at every so many bytes.
 */
#define ZG_ARCH_INSN_STEP     1
#define ZG_ARCH_COUNT_HELPERS 0 /* functions of the compiler's that count */
ZG_INLINE uintptr_t zg_arch_call_at(const unsigned char *code, size_t size)
{
    int32_t distance;

    if (size < 5 || code[0] != 0xe8)
        return 0;
    __builtin_memcpy(&distance, code + 1, sizeof(distance));
    return (uintptr_t)code + 5 + (uintptr_t)(intptr_t)distance;
}

/* How far a jump reaches, in bytes, and who makes one (base/insn.h). */
#define ZG_ARCH_JUMP_REACH ((uintptr_t)1 << 31)
#define ZG_ARCH_DETOUR     zg_detour_x86_64
#define ZG_ARCH_HOP        zg_hop_x86_64
#define ZG_ARCH_INSN       zg_insn_x86_64
#define ZG_ARCH_JUMP_BYTES 5 /* of one, at least */

/* Are return addresses compared with a shadow stack? If not, rdssp leaves its register unchanged.
 */
ZG_INLINE bool zg_arch_has_shadow_stack(void)
{
    uint64_t pointer = 0;

    __asm__ volatile(".byte 0xf3, 0x48, 0x0f, 0x1e, 0xc8" : "+a"(pointer)); /* rdsspq %rax */
    return pointer != 0;
}

/* Is this the code that a signal handler returns to (mov $15, %rax; syscall: rt_sigreturn)? The
 * address must be readable. */
ZG_INLINE bool zg_arch_is_signal_return(uintptr_t address)
{
    static const unsigned char code[] = {0x48, 0xc7, 0xc0, 0x0f, 0, 0, 0, 0x0f, 0x05};
    const unsigned char *at = (const unsigned char *)address;

    for (size_t i = 0; i < sizeof(code); i++)
        if (at[i] != code[i])
            return false;
    return true;
}

#endif
