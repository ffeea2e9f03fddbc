/* SPDX-License-Identifier: MPL-2.0 */
/* zg: link -ldl */
/* Names of functions by the object's file, and by memory when the file is another or gone. */
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "host/symbol.h"
#include "unit/suite.h"

int main(void);

__attribute__((noinline)) static int a_local_function(int x)
{
    __asm__ volatile("");
    return x + 1;
}

static void expect(uintptr_t pc, const char *name, uint64_t offset)
{
    struct zg_object object;
    char text[256];
    uint64_t off = 999999;

    (void)zg_objects_refresh();
    ck_assert(zg_object_at(pc, &object));
    ck_assert(zg_symbol_at(&object, pc, text, sizeof(text), &off));
    ck_assert_str_eq(text, name);
    ck_assert_uint_eq(off, offset);
}

START_TEST(finds_local_functions_of_the_program)
{
    expect((uintptr_t)a_local_function + 1, "a_local_function", 1);
    expect((uintptr_t)main, "main", 0);
}
END_TEST

START_TEST(finds_exported_functions_of_libraries)
{
    expect((uintptr_t)dlsym(RTLD_DEFAULT, "qsort_r") + 4, "qsort_r", 4);
}
END_TEST

/* Hand-written code has no size, code that was stripped no name. */
#define CODE ".rept 16\n nop\n .endr\n"
__asm__(".pushsection .text.zg_sizes,\"ax\",%progbits\n" CODE "sizeless_before: " CODE
        ".type sized, %function\n"
        "sized: " CODE ".size sized, . - sized\n" CODE "sizeless_after: " CODE ".popsection\n");
extern char sizeless_before[], sized[], sizeless_after[];

START_TEST(a_name_without_a_size_ends_where_another_begins)
{
    struct zg_object object;
    char text[64];
    uint64_t off;

    expect((uintptr_t)sizeless_before + 8, "sizeless_before", 8);
    expect((uintptr_t)sized + 8, "sized", 8);
    expect((uintptr_t)sizeless_after + 8, "sizeless_after", 8);
    ck_assert(zg_object_at((uintptr_t)sized, &object));
    ck_assert(!zg_symbol_at(&object, (uintptr_t)sizeless_after - 4, text, sizeof(text), &off));
}
END_TEST

START_TEST(cuts_a_name_to_the_room)
{
    struct zg_object object;
    char text[8];
    uint64_t off;

    (void)zg_objects_refresh();
    ck_assert(zg_object_at((uintptr_t)a_local_function, &object));
    ck_assert(zg_symbol_at(&object, (uintptr_t)a_local_function, text, sizeof(text), &off));
    ck_assert_str_eq(text, "a_local");
}
END_TEST

START_TEST(says_nothing_of_an_address_that_no_symbol_covers)
{
    struct zg_object object;
    char text[64];
    uint64_t off;

    (void)zg_objects_refresh();
    ck_assert(zg_object_at((uintptr_t)main, &object));
    ck_assert(!zg_symbol_at(&object, object.base + 1, text, sizeof(text), &off));
}
END_TEST

/* A library of our own, whose file is then replaced. */
static const char source[] = "int exported(int x) { __asm__ volatile(\"\"); return x + 2; }\n"
                             "static int hidden(int x) { __asm__ volatile(\"\"); return x; }\n"
                             "int (*const get)(int) = hidden;\n";

static uintptr_t load(char *path, uintptr_t *hidden)
{
    char command[512];
    void *handle;
    FILE *cc;

    snprintf(command, sizeof(command), "${CC:-cc} -shared -fPIC -O1 -Wl,--build-id -xc -o %s -",
             path);
    cc = popen(command, "w");
    ck_assert_ptr_nonnull(cc);
    fputs(source, cc);
    ck_assert_int_eq(pclose(cc), 0);
    handle = dlopen(path, RTLD_NOW);
    ck_assert_ptr_nonnull(handle);
    *hidden = *(uintptr_t *)dlsym(handle, "get");
    return (uintptr_t)dlsym(handle, "exported");
}

static void replace(const char *path, const char *by)
{
    char command[512];

    snprintf(command, sizeof(command), "cp %s %s.new && mv %s.new %s", by, path, path, path);
    ck_assert_int_eq(system(command), 0);
}

START_TEST(believes_no_file_that_is_not_the_one_loaded)
{
    char dir[] = "/tmp/zg-symbol-XXXXXX";
    char path[64];
    uintptr_t exported, hidden;
    struct zg_object object;
    char text[64];
    uint64_t off;

    ck_assert_ptr_nonnull(mkdtemp(dir));
    snprintf(path, sizeof(path), "%s/lib.so", dir);
    exported = load(path, &hidden);
    expect(exported, "exported", 0);
    expect(hidden, "hidden", 0);
    replace(path, "/bin/sh");
    expect(exported, "exported", 0);
    ck_assert(zg_object_at(hidden, &object));
    ck_assert(!zg_symbol_at(&object, hidden, text, sizeof(text), &off));
    unlink(path);
    expect(exported, "exported", 0);
    rmdir(dir);
}
END_TEST

START_TEST(knows_the_vdso)
{
    uintptr_t vdso = getauxval(AT_SYSINFO_EHDR);
    struct zg_object object;

    (void)zg_objects_refresh();
    if (vdso != 0 && zg_object_at(vdso, &object)) {
        struct zg_elf elf;
        uintptr_t f = 0;

        ck_assert(zg_elf_open(&elf, object.base, object.dynamic));
        f = zg_elf_symbol(&elf, "__vdso_clock_gettime");
        if (f != 0)
            expect(f + 2, "__vdso_clock_gettime", 2);
    }
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("symbol");

    tcase_add_test(t, finds_local_functions_of_the_program);
    tcase_add_test(t, finds_exported_functions_of_libraries);
    tcase_add_test(t, a_name_without_a_size_ends_where_another_begins);
    tcase_add_test(t, cuts_a_name_to_the_room);
    tcase_add_test(t, says_nothing_of_an_address_that_no_symbol_covers);
    tcase_add_test(t, believes_no_file_that_is_not_the_one_loaded);
    tcase_add_test(t, knows_the_vdso);
    return run_suite("symbol", t) != 0 || a_local_function(1) != 2;
}
