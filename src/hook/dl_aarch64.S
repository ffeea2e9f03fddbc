/* SPDX-License-Identifier: MPL-2.0 */
/* dlsym, dlopen, dlmopen: ask where to go, jump there as if nothing had happened (hook/dl.h). */

/* Up to three arguments in x0 to x2, the return address in x30, which the route gets behind them: in
 * x2 or x3, here \last. So does the target; the real functions do not look. x16 may be branched to a
 * "bti c". */
.macro ZG_STUB name, last
    .globl \name
    .type \name, %function
    .p2align 4
\name:
    .cfi_startproc
    hint #34 /* bti c */
    stp x29, x30, [sp, #-48]!
    .cfi_def_cfa_offset 48
    .cfi_offset x29, -48
    .cfi_offset x30, -40
    mov x29, sp
    stp x0, x1, [sp, #16]
    str x2, [sp, #32]
    mov \last, x30
    bl zg_hook_\name\()_route
    mov x16, x0
    ldp x0, x1, [sp, #16]
    ldr x2, [sp, #32]
    ldp x29, x30, [sp], #48
    .cfi_def_cfa_offset 0
    .cfi_restore x29
    .cfi_restore x30
    mov \last, x30
    br x16
    .cfi_endproc
    .size \name, . - \name
.endm

    .text
    .hidden zg_hook_dlsym_route
    .hidden zg_hook_dlopen_route
    .hidden zg_hook_dlmopen_route
    ZG_STUB dlsym, x2
    ZG_STUB dlopen, x2
    ZG_STUB dlmopen, x3

#include "base/end_aarch64.inc"
