/* SPDX-License-Identifier: MPL-2.0 */
/* dlsym and dlopen: ask where to go, jump there as if nothing had happened (hook/dl.h). */

/* Two arguments in x0 and x1, the return address in x30. The third argument of the target is the
 * return address too; the real functions take only two. x16 may be branched to a "bti c". */
.macro ZG_STUB name
    .globl \name
    .type \name, %function
    .p2align 4
\name:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-32]!
    .cfi_def_cfa_offset 32
    .cfi_offset x29, -32
    .cfi_offset x30, -24
    mov x29, sp
    stp x0, x1, [sp, #16]
    mov x2, x30
    bl zg_hook_\name\()_route
    mov x16, x0
    ldp x0, x1, [sp, #16]
    ldp x29, x30, [sp], #32
    .cfi_def_cfa_offset 0
    .cfi_restore x29
    .cfi_restore x30
    mov x2, x30
    br x16
    .cfi_endproc
    .size \name, . - \name
.endm

    .text
    .hidden zg_hook_dlsym_route
    .hidden zg_hook_dlopen_route
    ZG_STUB dlsym
    ZG_STUB dlopen

/* The linker marks the whole object as BTI-ready only when every part says so. */
    .section .note.gnu.property, "a"
    .p2align 3
    .word 4
    .word 16
    .word 5
    .asciz "GNU"
    .word 0xc0000000 /* GNU_PROPERTY_AARCH64_FEATURE_1_AND */
    .word 4
    .word 1 /* BTI */
    .word 0
    .section .note.GNU-stack, "", %progbits
