/* SPDX-License-Identifier: MPL-2.0 */
/* The loaded objects, symbol lookup and the table of libc functions, held against the loader's own
 * answers. */
#include <dlfcn.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arch.h"
#include "host/libc.h"
#include "host/objects.c" /* for its list */
#include "unit/suite.h"

/* Libraries that nothing here is linked with. */
#define LIBRARY "libresolv.so.2"
#define ANOTHER "libanl.so.1"

START_TEST(addresses_are_found_in_their_object)
{
    uintptr_t address = (uintptr_t)dlsym(RTLD_DEFAULT, "printf");
    struct zg_object object;
    Dl_info info;

    zg_objects_refresh();
    ck_assert(zg_object_at(address, &object));
    ck_assert(dladdr((void *)address, &info));
    ck_assert_str_eq(object.path, info.dli_fname);
    ck_assert_uint_eq(object.base, (uintptr_t)info.dli_fbase);
    ck_assert(address >= object.text_start && address < object.text_end);
    ck_assert_uint_eq(object.build_id_len, 20);
    ck_assert(zg_object_self(&object));
    ck_assert_uint_eq(object.order, 0);
    ck_assert_str_eq(strrchr(object.path, '/'), "/test_objects");
    ck_assert(!zg_object_at(0, &object));
    ck_assert(!zg_object_at(UINTPTR_MAX, &object));
    ck_assert(!zg_object_at((uintptr_t)&info, &object)); /* the stack */
}
END_TEST

START_TEST(loading_and_unloading_is_seen)
{
    struct zg_object object;
    uintptr_t address;
    void *handle;

    zg_objects_refresh();
    ck_assert(!zg_objects_refresh());
    handle = dlopen(LIBRARY, RTLD_NOW);
    ck_assert_ptr_nonnull(handle);
    address = (uintptr_t)dlsym(handle, "ns_initparse");
    address = address != 0 ? address : *(uintptr_t *)handle; /* l_addr: the first field */
    ck_assert(zg_objects_refresh());
    ck_assert(zg_object_at(address, &object));
    dlclose(handle);
    ck_assert(zg_objects_refresh());
    ck_assert(!zg_object_at(address, &object) || strstr(object.path, "resolv") == NULL);
}
END_TEST

static atomic_bool stop;

static void *read_the_program(void *wrong)
{
    uintptr_t address = (uintptr_t)&stop;
    struct zg_object object;

    while (!atomic_load(&stop)) {
        if (!zg_object_at(address, &object) ||
            address - object.start >= object.end - object.start || object.order != 0)
            atomic_fetch_add((atomic_int *)wrong, 1);
    }
    return NULL;
}

START_TEST(readers_beside_a_writer_see_whole_entries)
{
    atomic_int wrong = 0;
    pthread_t readers[2];

    zg_objects_refresh();
    atomic_store(&stop, false);
    for (int i = 0; i < 2; i++)
        pthread_create(&readers[i], NULL, read_the_program, &wrong);
    for (int i = 0; i < 2000; i++) {
        void *handle = dlopen(LIBRARY, RTLD_NOW);

        zg_objects_refresh();
        dlclose(handle);
        zg_objects_refresh();
    }
    atomic_store(&stop, true);
    for (int i = 0; i < 2; i++)
        pthread_join(readers[i], NULL);
    ck_assert_int_eq(atomic_load(&wrong), 0);
}
END_TEST

static atomic_int laps;         /* searches by the reader */
static atomic_int held, let_go; /* counts: the reader stands still; it may go on */

static void *read_all_the_time(void *wrong)
{
    uintptr_t address = (uintptr_t)dlsym(RTLD_DEFAULT, "printf");
    struct zg_object before, object;

    ck_assert(zg_object_at(address, &before));
    while (!atomic_load(&stop)) {
        if (!zg_object_at(address, &object) || memcmp(&object, &before, sizeof(object)) != 0)
            atomic_fetch_add((atomic_int *)wrong, 1);
        atomic_fetch_add_explicit(&laps, 1, memory_order_relaxed);
    }
    return NULL;
}

static void hold(int sig)
{
    int n = atomic_fetch_add(&held, 1) + 1;

    (void)sig;
    while (atomic_load(&let_go) < n)
        sched_yield();
}

/* A reader is stopped somewhere, mostly in the middle of a search, until the list that it reads has
 * been written again, with objects before the one that it looks for. */
START_TEST(a_list_that_was_written_meanwhile_is_not_believed)
{
    struct sigaction action = {.sa_handler = hold};
    atomic_int wrong = 0;
    pthread_t reader;

    zg_objects_refresh();
    sigaction(SIGUSR1, &action, NULL);
    atomic_store(&stop, false);
    pthread_create(&reader, NULL, read_all_the_time, &wrong);
    for (int i = 1; i <= 1000; i++) {
        int some = atomic_load(&laps) + 10 + i % 7;
        void *one, *two;

        while (atomic_load(&laps) < some)
            sched_yield();
        pthread_kill(reader, SIGUSR1);
        while (atomic_load(&held) < i)
            sched_yield();
        one = dlopen(LIBRARY, RTLD_NOW);
        zg_objects_refresh(); /* into the list beside it */
        two = dlopen(ANOTHER, RTLD_NOW);
        zg_objects_refresh(); /* into the list itself */
        atomic_store(&let_go, i);
        ck_assert(one != NULL && two != NULL);
        dlclose(two);
        dlclose(one);
        zg_objects_refresh();
    }
    atomic_store(&stop, true);
    pthread_join(reader, NULL);
    ck_assert_int_eq(atomic_load(&wrong), 0);
}
END_TEST

/* Where a reader that was stopped after it took the list may find itself. */
START_TEST(a_list_that_is_being_written_is_not_believed)
{
    uintptr_t address = (uintptr_t)dlsym(RTLD_DEFAULT, "printf");
    struct zg_object object;

    zg_objects_refresh();
    ck_assert(zg_object_at(address, &object));
    known.list->sequence++;
    ck_assert(!zg_object_at(address, &object));
    known.list->sequence++;
    ck_assert(zg_object_at(address, &object));
}
END_TEST

struct libc_elf {
    struct zg_elf elf;
    bool found;
};

static bool open_libc(const struct zg_object *object, void *arg)
{
    struct libc_elf *libc = arg;

    if (strstr(object->path, "/libc.so.6") != NULL)
        libc->found = zg_elf_open(&libc->elf, object->base, object->dynamic);
    return !libc->found;
}

START_TEST(symbols_are_those_that_the_loader_finds)
{
    static const char *const names[] = {"printf", "mkdir", "qsort", "environ", "getenv"};
    struct libc_elf libc = {.found = false};

    (void)zg_objects_each(0, open_libc, &libc);
    ck_assert(libc.found);
    for (size_t i = 0; i < ZG_COUNT(names); i++)
        ck_assert_uint_eq(zg_elf_symbol(&libc.elf, names[i]),
                          (uintptr_t)dlsym(RTLD_NEXT, names[i]));
    ck_assert_uint_eq(zg_elf_symbol(&libc.elf, "zmq_send"), 0);
    ck_assert_uint_eq(zg_elf_symbol(&libc.elf, ""), 0);
    /* Versions: the old layout's function is another one. (libc's own only forwards before 2.34.)
     */
#if __GLIBC_PREREQ(2, 34)
    ck_assert_uint_eq(zg_elf_find(&libc.elf, "pthread_cond_wait", zg_elf_hash("pthread_cond_wait"),
                                  ZG_ARCH_COND_VERSION),
                      (uintptr_t)dlvsym(RTLD_NEXT, "pthread_cond_wait", ZG_ARCH_COND_VERSION));
#endif
    ck_assert_uint_eq(zg_elf_find(&libc.elf, "printf", zg_elf_hash("printf"), "GLIBC_9.9"), 0);
    /* Needs a resolver to run: not ours to call. */
    ck_assert_uint_eq(zg_elf_symbol(&libc.elf, "memcpy"), 0);
    /* Every symbol that has a name is counted. */
    ck_assert_uint_gt(zg_elf_symbol_count(&libc.elf), 1500);
}
END_TEST

static void same(const char *name, void *ours, const char *version)
{
    static const char *const old[] = {"fork", "system", "fcntl"};
    void *theirs = version != NULL ? dlvsym(RTLD_NEXT, name, version) : dlsym(RTLD_NEXT, name);

    /* libpthread has some of before 2.34 too, which lead to libc's by a resolver that we do not
     * run, or whose version is not the default one: dlsym() takes even those. */
    for (size_t i = 0; !__GLIBC_PREREQ(2, 34) && i < ZG_COUNT(old); i++)
        if (strcmp(name, old[i]) == 0)
            return;
    ck_assert_msg(ours == theirs, "%s: %p, the loader says %p", name, ours, theirs);
}

START_TEST(libc_table_is_what_the_loader_would_take)
{
    zg_libc_init();
#define ZG_LIBC(name)          same(#name, (void *)zg_libc.name, NULL);
#define ZG_LIBC_COND(name)     same(#name, (void *)zg_libc.name, ZG_ARCH_COND_VERSION);
#define ZG_LIBC_AS(name, type) same(#name, (void *)zg_libc.name, NULL);
#include "host/libc.def"
#undef ZG_LIBC
#undef ZG_LIBC_COND
#undef ZG_LIBC_AS
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("objects");

    tcase_add_test(tc, addresses_are_found_in_their_object);
    tcase_add_test(tc, loading_and_unloading_is_seen);
    tcase_add_test(tc, readers_beside_a_writer_see_whole_entries);
    tcase_add_test(tc, a_list_that_was_written_meanwhile_is_not_believed);
    tcase_add_test(tc, a_list_that_is_being_written_is_not_believed);
    tcase_add_test(tc, symbols_are_those_that_the_loader_finds);
    tcase_add_test(tc, libc_table_is_what_the_loader_would_take);
    return run_suite("objects", tc);
}
