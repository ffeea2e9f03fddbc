/* SPDX-License-Identifier: MPL-2.0 */
/* dlsym, dlopen, dlmopen: ask where to go, jump there as if nothing had happened (hook/dl.h). */
#include <cet.h>

/* Two arguments in rdi and rsi, the return address on top of the stack. The third argument of the
 * target is the return address too; the real functions take only two. */
.macro ZG_STUB name
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    _CET_ENDBR
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    subq $8, %rsp /* calls find the stack aligned to 16 */
    .cfi_adjust_cfa_offset 8
    movq 24(%rsp), %rdx
    call zg_hook_\name\()_route
    addq $8, %rsp
    .cfi_adjust_cfa_offset -8
    popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rdi
    .cfi_adjust_cfa_offset -8
    movq (%rsp), %rdx
    jmp *%rax
    .cfi_endproc
    .size \name, . - \name
.endm

/* One argument more: the return address comes fourth. */
.macro ZG_STUB_OF_THREE name
    .globl \name
    .type \name, @function
    .p2align 4
\name:
    .cfi_startproc
    _CET_ENDBR
    pushq %rdi
    .cfi_adjust_cfa_offset 8
    pushq %rsi
    .cfi_adjust_cfa_offset 8
    pushq %rdx
    .cfi_adjust_cfa_offset 8
    movq 24(%rsp), %rcx
    call zg_hook_\name\()_route
    popq %rdx
    .cfi_adjust_cfa_offset -8
    popq %rsi
    .cfi_adjust_cfa_offset -8
    popq %rdi
    .cfi_adjust_cfa_offset -8
    jmp *%rax
    .cfi_endproc
    .size \name, . - \name
.endm

    .text
    .hidden zg_hook_dlsym_route
    .hidden zg_hook_dlopen_route
    .hidden zg_hook_dlmopen_route
    ZG_STUB dlsym
    ZG_STUB dlopen
    ZG_STUB_OF_THREE dlmopen
    .section .note.GNU-stack, "", @progbits
