/* SPDX-License-Identifier: MPL-2.0 */
/* runtime.exit of a Go program: leaves the goroutine's stack (start/go.h). */

    .text
    .hidden zg_go_stack
    .hidden zg_go_exit
    .globl zg_hook_go_exit
    .hidden zg_hook_go_exit
    .type zg_hook_go_exit, %function
    .p2align 4
zg_hook_go_exit:
    .cfi_startproc
    .cfi_undefined x30
    hint #38 /* bti jc */
    ldr w0, [sp, #8] /* the status */
    adrp x2, zg_go_stack
    add x2, x2, #:lo12:zg_go_stack
1:  ldaxr x1, [x2]
    stlxr w3, xzr, [x2]
    cbnz w3, 1b
    cbz x1, 2f
    mov sp, x1
    mov x29, xzr
    bl zg_go_exit
    brk #0
2:  /* Another thread has it, and will end the process. */
    mov x0, xzr
    mov x1, xzr
    mov x2, xzr
    mov x3, xzr
    mov x8, #73 /* ppoll */
    svc #0
    b 2b
    .cfi_endproc
    .size zg_hook_go_exit, . - zg_hook_go_exit

#include "base/end_aarch64.inc"
