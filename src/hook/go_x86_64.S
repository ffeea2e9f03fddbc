/* SPDX-License-Identifier: MPL-2.0 */
/* runtime.exit of a Go program: leaves the goroutine's stack (start/go.h). */
#include <cet.h>

    .text
    .hidden zg_go_stack
    .hidden zg_go_exit
    .globl zg_hook_go_exit
    .hidden zg_hook_go_exit
    .type zg_hook_go_exit, @function
    .p2align 4
zg_hook_go_exit:
    .cfi_startproc
    .cfi_undefined rip
    _CET_ENDBR
    movl 8(%rsp), %edi /* the status */
    xorl %eax, %eax
    xchgq %rax, zg_go_stack(%rip)
    testq %rax, %rax
    jz 1f
    movq %rax, %rsp
    xorl %ebp, %ebp
    call zg_go_exit
    ud2
1:  /* Another thread has it, and will end the process. */
    movl $34, %eax /* pause */
    syscall
    jmp 1b
    .cfi_endproc
    .size zg_hook_go_exit, . - zg_hook_go_exit
    .section .note.GNU-stack, "", @progbits
