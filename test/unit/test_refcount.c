/* SPDX-License-Identifier: MPL-2.0 */
/* Code that counts down by an atomic operation, and the code of what does not. */
#include "base/arch.h"
#include "unit/suite.h"

#define SIZE 8

static const struct {
    bool counts_down;
    unsigned char code[SIZE];
} rows[] = {
#if defined(__x86_64__)
    {true, {0xf0, 0x0f, 0xc1, 0x01}},                          /* lock xadd %eax,(%rcx) */
    {true, {0x90, 0xf0, 0x48, 0x0f, 0xc1, 0x43, 0x08}},        /* lock xadd %rax,8(%rbx) */
    {true, {0xf0, 0xff, 0x48, 0x08}},                          /* lock decl 8(%rax) */
    {true, {0xf0, 0x83, 0x28, 0x01}},                          /* lock subl $1,(%rax) */
    {true, {0xf0, 0x83, 0x6b, 0x08, 0x01}},                    /* lock subl $1,8(%rbx) */
    {true, {0xf0, 0x83, 0x2d, 0x10, 0x20, 0x30, 0x40, 0x01}},  /* lock subl $1,…(%rip) */
    {true, {0xf0, 0x41, 0x83, 0x6c, 0x24, 0x08, 0x01}},        /* lock subl $1,8(%r12) */
    {true, {0xf0, 0x83, 0x83, 0, 0x10, 0, 0, 0xff}},           /* lock addl $-1,0x1000(%rbx) */
    {true, {0x90, 0x90, 0x90, 0x90, 0xf0, 0x0f, 0xc1, 0x10}},  /* at the end of all */
    {false, {0x90, 0x90, 0x90, 0x90, 0xf0, 0x83, 0x68, 0x08}}, /* cut off */
    {false, {0xf0, 0x83, 0x40, 0x08, 0x01}},                   /* lock addl $1,8(%rax) */
    {false, {0xf0, 0x83, 0x28, 0x02}},                         /* lock subl $2,(%rax) */
    {false, {0xf0, 0xff, 0x00}},                               /* lock incl (%rax) */
    {false, {0xf0, 0x83, 0x0c, 0x24, 0x00}},                   /* lock orl $0,(%rsp), a fence */
    {false, {0xf0, 0x0f, 0xb1, 0x11}},                         /* lock cmpxchg %edx,(%rcx) */
    {false, {0x0f, 0xc1, 0x01}},                               /* xadd %eax,(%rcx) */
#elif defined(__aarch64__)
    {true, {0x20, 0x00, 0xe0, 0xb8}},  /* ldaddal w0, w0, [x1] */
    {true, {0x20, 0x00, 0xa0, 0xf8}},  /* ldadda x0, x0, [x1] */
    {true, {0x20, 0xfc, 0x5f, 0x88}},  /* ldaxr w0, [x1] */
    {true, {0x20, 0x7c, 0x5f, 0xc8}},  /* ldxr x0, [x1] */
    {false, {0x20, 0x00, 0x40, 0xb9}}, /* ldr w0, [x1] */
    {false, {0x20, 0x10, 0xe0, 0xb8}}, /* ldclral w0, w0, [x1] */
    {false, {0x20, 0xfc, 0xdf, 0x88}}, /* ldar w0, [x1] */
#endif
};

START_TEST(each_instruction)
{
    ck_assert_int_eq(zg_arch_counts_down(rows[_i].code, SIZE), rows[_i].counts_down);
}
END_TEST

/* As a linker writes it: a distance from the next instruction, or from this one in words. */
START_TEST(a_call_leads_somewhere)
{
#if defined(__x86_64__)
    unsigned char call[5] = {0xe8, 0xfb, 0xff, 0xff, 0xff}, other[5] = {0xe9};
    uintptr_t expected = (uintptr_t)call;
#elif defined(__aarch64__)
    unsigned char call[4] = {0xfe, 0xff, 0xff, 0x97}, other[4] = {0xfe, 0xff, 0xff, 0x17};
    uintptr_t expected = (uintptr_t)call - 8;
#endif
    ck_assert_uint_eq(zg_arch_call_at(call, sizeof(call)), expected);
    ck_assert_uint_eq(zg_arch_call_at(call, sizeof(call) - 1), 0);
    ck_assert_uint_eq(zg_arch_call_at(other, sizeof(other)), 0);
}
END_TEST

int main(void)
{
    TCase *tests = tcase_create("refcount");

    tcase_add_loop_test(tests, each_instruction, 0, (int)ZG_COUNT(rows));
    tcase_add_test(tests, a_call_leads_somewhere);
    return run_suite("refcount", tests);
}
