/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The real libc functions behind the guard's hooks, and those that it calls without naming them.
 *
 * They are looked up in the loaded objects themselves, in the order in which the loader would have
 * searched behind the guard (RTLD_NEXT), so that another preload after us keeps its place; the
 * loader's lock is not taken. An entry is NULL where the C library lacks the function.
 */
#ifndef ZG_HOST_LIBC_H
#define ZG_HOST_LIBC_H

#include <aio.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <link.h>
#include <mqueue.h>
#include <poll.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/msg.h>
#include <sys/prctl.h>
#include <sys/sem.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <threads.h>
#include <unistd.h>

#include "base/compiler.h"

struct zg_libc {
#define ZG_LIBC(name)          __typeof__(&name) name;
#define ZG_LIBC_COND(name)     __typeof__(&name) name;
#define ZG_LIBC_AS(name, type) __typeof__((type)0) name;
#include "host/libc.def"
#undef ZG_LIBC
#undef ZG_LIBC_COND
#undef ZG_LIBC_AS
};

/* The table is nothing but pointers to functions, in the order of libc.def. */
#define ZG_LIBC_COUNT (sizeof(struct zg_libc) / sizeof(void (*)(void)))

/* Written by zg_libc_init() (equal values, whoever runs it), read by all. */
extern ZG_HIDDEN struct zg_libc zg_libc;

/*
 * The C library's own, past everything that stands before it: for what the guard does for itself. A
 * sanitizer's runtime refuses RTLD_DEEPBIND, and takes what passes through it for the host's doing.
 * NULL when the C library is not among the objects that could be looked through.
 */
struct zg_libc_own {
    void *(*__libc_dlopen_mode)(const char *file, int mode); /* glibc < 2.34 */
    __typeof__(&dlopen) dlopen;
    __typeof__(&dlclose) dlclose;
    __typeof__(&dlerror) dlerror;
    __typeof__(&dl_iterate_phdr) dl_iterate_phdr;
    __typeof__(&fflush) fflush;
};
extern struct zg_libc_own zg_libc_own; /* written and read as zg_libc is */

/*
 * Fills what is NULL in the table. Idempotent, thread-safe, callable before any constructor ran
 * and in a signal handler; allocates nothing. About 50 us the first time.
 */
void zg_libc_init(void);

/*
 * For an entry of either table that is to be called now. Before glibc 2.34 threads, dlopen() and
 * message queues are in files that a program need not have loaded: it can still come to a hook, by
 * a weak reference, which the guard's own definition fulfils, and the guard needs dlopen() itself.
 * The file is loaded then. Takes the loader's lock in that case alone. errno is left alone.
 */
void zg_libc_need(const void *entry);

/*
 * Is this one of the C library's own definitions of a function in the table? Before glibc 2.34 it
 * has several: pthread_mutex_lock() is in libpthread, and in libc one that forwards to it.
 * Lock-free; knows the objects as of the last zg_objects_refresh().
 */
bool zg_libc_defines(const char *name, uintptr_t address);
/* Is this the code of one of libc's own files? */
bool zg_libc_has(uintptr_t address);

/*
 * The real function for a hook to call. The test costs one predictable branch; it covers calls
 * before the guard's constructor, and a libpthread that arrives later by dlopen (glibc < 2.34).
 */
#define ZG_REAL_LIBC(name)                                                                         \
    ((zg_unlikely(zg_libc.name == NULL) ? zg_libc_need(&zg_libc.name) : (void)0), zg_libc.name)
/* The same of the C library's own. */
#define ZG_OWN_LIBC(name)                                                                          \
    ((zg_unlikely(zg_libc_own.name == NULL) ? zg_libc_need(&zg_libc_own.name) : (void)0),          \
     zg_libc_own.name)

#endif
