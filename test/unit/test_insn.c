/* SPDX-License-Identifier: MPL-2.0 */
/* Function entries: what is decoded, what is left alone, and that moved code does the same. The
 * decoder's tables are compared with objdump in test/abi/insn.sh. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "base/insn.h"

#define BYTES(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static struct zg_detour detour;

static enum zg_detour_error try_x86(const uint8_t *code, size_t size)
{
    const struct zg_detour_request r = {
        .code = code, .size = size, .address = 0x401000, .moved = 0x500000, .hop = 0x501000};

    memset(&detour, 0xaa, sizeof(detour));
    return zg_detour_x86_64(&r, &detour);
}

static enum zg_detour_error try_arm(const uint32_t *words, size_t count)
{
    const struct zg_detour_request r = {.code = (const uint8_t *)words,
                                        .size = 4 * count,
                                        .address = 0x401000,
                                        .moved = 0x500000,
                                        .hop = 0x501000};

    memset(&detour, 0xaa, sizeof(detour));
    return zg_detour_aarch64(&r, &detour);
}

static void expect_code(const uint8_t *code, size_t size)
{
    ck_assert_uint_eq(detour.code_size, size);
    ck_assert_mem_eq(detour.code, code, size);
}

static void expect_start(const uint8_t *of, const uint8_t *code, size_t size)
{
    ck_assert_mem_eq(of, code, size);
}

START_TEST(plain_entry)
{
    /* push rbp; mov rbp,rsp; sub rsp,16; ret */
    ck_assert_int_eq(try_x86(BYTES(0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x10, 0xc3)),
                     ZG_DETOUR_OK);
    ck_assert_uint_eq(detour.displaced, 8);
    ck_assert_uint_eq(detour.patch_at, 0);
    /* jmp *0x501006: by the address in the hop */
    ck_assert_uint_eq(detour.patch_size, 6);
    expect_start(detour.patch, BYTES(0xff, 0x25, 0x00, 0x00, 0x10, 0x00));
    /* back to 0x401008 from 0x50000d */
    expect_code(
        BYTES(0x55, 0x48, 0x89, 0xe5, 0x48, 0x83, 0xec, 0x10, 0xe9, 0xfb, 0x0f, 0xf0, 0xff));
}
END_TEST

START_TEST(landing_pad_stays)
{
    ck_assert_int_eq(try_x86(BYTES(0xf3, 0x0f, 0x1e, 0xfa, 0x55, 0x48, 0x89, 0xe5, 0x5d, 0xc3)),
                     ZG_DETOUR_OK);
    ck_assert_uint_eq(detour.patch_at, 4);
    ck_assert_uint_eq(detour.displaced, 9);
    expect_start(detour.code, BYTES(0xf3, 0x0f, 0x1e, 0xfa, 0x55));
    /* jmp 0x501000: there are but five bytes to displace */
    ck_assert_uint_eq(detour.patch_size, 5);
    expect_start(detour.patch, BYTES(0xe9, 0xf7, 0xff, 0x0f, 0x00));
}
END_TEST

START_TEST(short_branch_grows)
{
    /* test rdi,rdi; je +2; nop; ret */
    ck_assert_int_eq(try_x86(BYTES(0x48, 0x85, 0xff, 0x74, 0x02, 0x90, 0x90, 0xc3)), ZG_DETOUR_OK);
    /* je 0x401007; jmp 0x401005 */
    expect_code(
        BYTES(0x48, 0x85, 0xff, 0x0f, 0x84, 0xfe, 0x0f, 0xf0, 0xff, 0xe9, 0xf7, 0x0f, 0xf0, 0xff));
}
END_TEST

START_TEST(relative_data_is_followed)
{
    /* mov eax,[rip+0x100]; ret: 0x401106 */
    ck_assert_int_eq(try_x86(BYTES(0x8b, 0x05, 0x00, 0x01, 0x00, 0x00, 0xc3)), ZG_DETOUR_OK);
    expect_code(BYTES(0x8b, 0x05, 0x00, 0x11, 0xf0, 0xff, 0xe9, 0xfb, 0x0f, 0xf0, 0xff));
    /* cmp dword [rip+0x100],7: the immediate stands behind the distance */
    ck_assert_int_eq(try_x86(BYTES(0x83, 0x3d, 0x00, 0x01, 0x00, 0x00, 0x07, 0xc3)), ZG_DETOUR_OK);
    expect_start(detour.code, BYTES(0x83, 0x3d, 0x00, 0x11, 0xf0, 0xff, 0x07));
}
END_TEST

START_TEST(call_returns_into_the_function)
{
    /* sub rsp,8; call +0x10; add rsp,8; ret */
    const uint8_t code[] = {0x48, 0x83, 0xec, 0x08, 0xe8, 0x10, 0, 0, 0, 0x48, 0x83, 0xc4, 8, 0xc3};
    struct zg_detour_request r = {
        .code = code, .size = sizeof(code), .address = 0x7f0080401000, .moved = 0x7f0080500000};

    r.hop = r.moved + 128;
    ck_assert_int_eq(zg_detour_x86_64(&r, &detour), ZG_DETOUR_OK);
    ck_assert_uint_eq(detour.displaced, 9);
    /* push 0x80401009 (sign-extended); mov dword [rsp+4],0x7f00; jmp 0x7f0080401019 */
    expect_code(BYTES(0x48, 0x83, 0xec, 0x08, 0x68, 0x09, 0x10, 0x40, 0x80, 0xc7, 0x44, 0x24, 0x04,
                      0x00, 0x7f, 0x00, 0x00, 0xe9, 0x03, 0x10, 0xf0, 0xff));
    r.shadow_stack = true;
    ck_assert_int_eq(zg_detour_x86_64(&r, &detour), ZG_DETOUR_STACK);
}
END_TEST

START_TEST(left_alone)
{
    /* ret; mov eax,1: too short */
    ck_assert_int_eq(try_x86(BYTES(0x31, 0xc0, 0xc3)), ZG_DETOUR_SHORT);
    ck_assert_int_eq(try_x86(BYTES(0x31, 0xc0, 0xc3, 0x90, 0x90, 0x90)), ZG_DETOUR_SHORT);
    ck_assert_int_eq(try_x86(BYTES(0x55)), ZG_DETOUR_SHORT);
    ck_assert_int_eq(try_x86(NULL, 0), ZG_DETOUR_SHORT);
    /* call *rax; an x87 load; in al,dx; a VEX instruction; xbegin */
    ck_assert_int_eq(try_x86(BYTES(0xff, 0xd0, 0x90, 0x90, 0x90, 0xc3)), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_x86(BYTES(0xd9, 0x07, 0x90, 0x90, 0x90, 0xc3)), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_x86(BYTES(0xec, 0x90, 0x90, 0x90, 0x90, 0xc3)), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_x86(BYTES(0xc5, 0xf8, 0x77, 0x90, 0x90, 0xc3)), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_x86(BYTES(0xc7, 0xf8, 0, 0, 0, 0, 0xc3)), ZG_DETOUR_UNKNOWN);
    /* a call right behind the landing pad fills the patch's place exactly */
    ck_assert_int_eq(try_x86(BYTES(0xf3, 0x0f, 0x1e, 0xfa, 0xe8, 0, 0, 0, 0, 0xc3)), ZG_DETOUR_OK);
    /* an int3 that a debugger has put there */
    ck_assert_int_eq(try_x86(BYTES(0xcc, 0x48, 0x89, 0xe5, 0x90, 0x90, 0xc3)), ZG_DETOUR_UNKNOWN);
    /* a short jump, behind which nothing runs */
    ck_assert_int_eq(try_x86(BYTES(0xeb, 0x03, 0xcc, 0xcc, 0xcc, 0xc3)), ZG_DETOUR_SHORT);
}
END_TEST

START_TEST(jumps_back_are_found)
{
    uint8_t far[400];

    /* push rbx; L: mov rbx,rdi; dec rbx; jne L; pop; ret */
    ck_assert_int_eq(
        try_x86(BYTES(0x53, 0x48, 0x89, 0xfb, 0x48, 0xff, 0xcb, 0x75, 0xf8, 0x5b, 0xc3)),
        ZG_DETOUR_INTO);
    /* L: dec rdi; nop…; jne L: a loop is no call */
    ck_assert_int_eq(try_x86(BYTES(0x48, 0x83, 0xef, 0x01, 0x90, 0x75, 0xf9, 0xc3)),
                     ZG_DETOUR_INTO);
    /* by an instruction that is displaced itself */
    ck_assert_int_eq(try_x86(BYTES(0x75, 0x01, 0x90, 0x48, 0x89, 0xfb, 0xc3)), ZG_DETOUR_INTO);
    /* from far away, behind what is decoded: jmp rel32 to the second instruction */
    memset(far, 0x90, sizeof(far));
    far[0] = 0x53;
    far[300] = 0xe9;
    memcpy(far + 301, &(int32_t){1 - 305}, 4);
    ck_assert_int_eq(try_x86(far, sizeof(far)), ZG_DETOUR_INTO);
    memcpy(far + 301, &(int32_t){5 - 305}, 4);
    ck_assert_int_eq(try_x86(far, sizeof(far)), ZG_DETOUR_OK);
    /* a recursive call is a call */
    far[300] = 0xe8;
    memcpy(far + 301, &(int32_t){0 - 305}, 4);
    ck_assert_int_eq(try_x86(far, sizeof(far)), ZG_DETOUR_OK);
}
END_TEST

START_TEST(out_of_reach)
{
    const uint8_t code[] = {0x55, 0x48, 0x89, 0xe5, 0x90, 0x90, 0xc3};
    const struct zg_detour_request r = {.code = code,
                                        .size = sizeof(code),
                                        .address = 0x401000,
                                        .moved = 0x7f0000000000,
                                        .hop = 0x7f0000000100};

    ck_assert_int_eq(zg_detour_x86_64(&r, &detour), ZG_DETOUR_FAR);
}
END_TEST

START_TEST(arm_entries)
{
    /* stp x29,x30,[sp,#-16]!; ret */
    ck_assert_int_eq(try_arm((const uint32_t[]){0xa9bf7bfd, 0xd65f03c0}, 2), ZG_DETOUR_OK);
    ck_assert_uint_eq(detour.displaced, 4);
    ck_assert_uint_eq(detour.patch_size, 4);
    ck_assert_mem_eq(detour.patch, &(uint32_t){0x14040000}, 4);
    expect_code((const uint8_t *)(const uint32_t[]){0xa9bf7bfd, 0x17fc0400}, 8);
    /* bti c stays; the next is moved: cbz x0, +8 */
    ck_assert_int_eq(try_arm((const uint32_t[]){0xd503245f, 0xb4000040, 0xd503201f, 0xd65f03c0}, 4),
                     ZG_DETOUR_OK);
    ck_assert_uint_eq(detour.patch_at, 4);
    expect_code((const uint8_t *)(const uint32_t[]){0xd503245f, 0xb4000040, 0x14000002, 0x17fc0400,
                                                    0x17fc03fe},
                20);
    /* paciasp: a bti in its place, and both instructions moved */
    ck_assert_int_eq(try_arm((const uint32_t[]){0xd503233f, 0xa9bf7bfd, 0xd65f03c0}, 3),
                     ZG_DETOUR_OK);
    ck_assert_uint_eq(detour.patch_size, 8);
    ck_assert_mem_eq(detour.patch, &(uint32_t){0xd503245f}, 4);
    expect_code((const uint8_t *)(const uint32_t[]){0xd503233f, 0xa9bf7bfd, 0x17fc0400}, 12);
    /* adrp x0, +1 page; bl +8: by value */
    ck_assert_int_eq(try_arm((const uint32_t[]){0xb0000000, 0xd65f03c0}, 2), ZG_DETOUR_OK);
    expect_code(
        (const uint8_t *)(const uint32_t[]){0x58000040, 0x14000003, 0x402000, 0, 0x17fc03fd}, 20);
    ck_assert_int_eq(try_arm((const uint32_t[]){0x94000002, 0xd65f03c0}, 2), ZG_DETOUR_OK);
    expect_code((const uint8_t *)(const uint32_t[]){0x5800005e, 0x17fc0401, 0x401004, 0}, 16);
}
END_TEST

START_TEST(arm_left_alone)
{
    /* blr x0; ldr q0, literal; ldaxr w0,[x1]; b.ne back to the entry */
    ck_assert_int_eq(try_arm((const uint32_t[]){0xd63f0000, 0xd65f03c0}, 2), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_arm((const uint32_t[]){0x9c000040, 0xd65f03c0}, 2), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_arm((const uint32_t[]){0x885ffc20, 0xd65f03c0}, 2), ZG_DETOUR_UNKNOWN);
    ck_assert_int_eq(try_arm((const uint32_t[]){0xf1000400, 0x54ffffe1, 0xd65f03c0}, 3),
                     ZG_DETOUR_INTO);
    ck_assert_int_eq(try_arm((const uint32_t[]){0xd503245f}, 1), ZG_DETOUR_SHORT);
}
END_TEST

#ifdef __x86_64__
/* A function's machine code, called as it is and again detoured to `hook`, which calls the moved
 * code: both must give the same. */
static uint8_t *room; /* two pages: the function, and 128 bytes further the moved code */

static long (*moved)(long, long);

static long hook(long a, long b)
{
    return moved(a, b) + 1000000;
}

static long helper(long a, long b)
{
    return 3 * a + b;
}

static void runs_the_same(const uint8_t *code, size_t size)
{
    long (*function)(long, long) = (long (*)(long, long))(void *)room;
    const struct zg_detour_request r = {.code = room,
                                        .size = size,
                                        .address = (uintptr_t)room,
                                        .moved = (uintptr_t)room + 4096 + 16,
                                        .hop = (uintptr_t)room + 4096};
    long before[5];

    memcpy(room, code, size);
    for (int i = 0; i < 5; i++)
        before[i] = function(i - 2, 7 * i);
    ck_assert_int_eq(zg_detour_x86_64(&r, &detour), ZG_DETOUR_OK);
    zg_hop_x86_64(room + 4096, (uintptr_t)hook);
    memcpy(room + 4096 + 16, detour.code, detour.code_size);
    memcpy(room + detour.patch_at, detour.patch, detour.patch_size);
    moved = (long (*)(long, long))(void *)(room + 4096 + 16);
    for (int i = 0; i < 5; i++)
        ck_assert_int_eq(function(i - 2, 7 * i), before[i] + 1000000);
}

START_TEST(moved_code_runs_the_same)
{
    uint8_t call[] = {0x48,
                      0x83,
                      0xec,
                      0x08,
                      0xe8,
                      0,
                      0,
                      0,
                      0,
                      0x48,
                      0x83,
                      0xc4,
                      0x08,
                      0x48,
                      0x83,
                      0xc0,
                      0x05,
                      0xc3,
                      0xcc,
                      /* at 19: movabs rax,helper; jmp rax */ 0x48,
                      0xb8,
                      0,
                      0,
                      0,
                      0,
                      0,
                      0,
                      0,
                      0,
                      0xff,
                      0xe0};
    uintptr_t to = (uintptr_t)helper;

    room = mmap(NULL, 8192, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (room == MAP_FAILED)
        return;
    /* lea rax,[rdi+rsi*2]; add rax,1; ret */
    runs_the_same(BYTES(0x48, 0x8d, 0x04, 0x77, 0x48, 0x83, 0xc0, 0x01, 0xc3));
    /* test rdi,rdi; js +7; mov eax,edi; imul eax,esi; jmp; neg: both ways of a short branch */
    runs_the_same(BYTES(0x48, 0x85, 0xff, 0x78, 0x05, 0x48, 0x8d, 0x04, 0x37, 0xc3, 0x48, 0x8d,
                        0x46, 0x09, 0xc3));
    /* test rdi,rdi; jns rel32; … */
    runs_the_same(BYTES(0x48, 0x85, 0xff, 0x0f, 0x89, 0x04, 0, 0, 0, 0x31, 0xc0, 0xc3, 0x90, 0x48,
                        0x8d, 0x46, 0x09, 0xc3));
    /* mov eax,[rip+4]; add rax,rdi; ret; the data are nops */
    runs_the_same(BYTES(0x8b, 0x05, 0x04, 0, 0, 0, 0x48, 0x01, 0xf8, 0xc3, 0x90, 0x90, 0x90, 0x90));
    /* jmp +1; nop; lea…; ret */
    runs_the_same(BYTES(0xe9, 0x01, 0, 0, 0, 0x90, 0x48, 0x8d, 0x04, 0x37, 0xc3));
    memcpy(call + 5, &(int32_t){19 - 9}, 4);
    memcpy(call + 21, &to, 8);
    runs_the_same(call, sizeof(call));
    munmap(room, 8192);
}
END_TEST
#endif

int main(void)
{
    Suite *suite = suite_create("insn");
    TCase *c = tcase_create("insn");
    SRunner *runner;
    int failed;

    tcase_add_test(c, plain_entry);
    tcase_add_test(c, landing_pad_stays);
    tcase_add_test(c, short_branch_grows);
    tcase_add_test(c, relative_data_is_followed);
    tcase_add_test(c, call_returns_into_the_function);
    tcase_add_test(c, left_alone);
    tcase_add_test(c, jumps_back_are_found);
    tcase_add_test(c, out_of_reach);
    tcase_add_test(c, arm_entries);
    tcase_add_test(c, arm_left_alone);
#ifdef __x86_64__
    tcase_add_test(c, moved_code_runs_the_same);
#endif
    suite_add_tcase(suite, c);
    tcase_set_timeout(c, 300);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
