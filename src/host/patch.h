/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Calls into libzmq that pass the guard by, because the loader bound them straight to it:
 *
 *  - draft functions. The guard does not export them: a program that probes for one (weak
 *    reference, dlsym) must see whether libzmq has it.
 *  - objects opened with RTLD_DEEPBIND, which look into their own libraries before the global
 * scope.
 *
 * The slots through which such an object calls are made to point at the guard's hooks. A slot is
 * patched only when it leads into a libzmq now, or when it is bound lazily and would: absent stays
 * absent. RTLD_DEEPBIND itself is never taken away: it would change what the object's other
 * references mean.
 */
#ifndef ZG_HOST_PATCH_H
#define ZG_HOST_PATCH_H

#include "host/lib.h"

/* A function that the guard stands in front of. */
struct zg_patch_target {
    const char *name;
    uint32_t hash;     /* zg_elf_hash(name) */
    uint32_t op;       /* of zmq.def, or ZG_OP_COUNT: a function of libc */
    zg_function *hook; /* NULL: there is none */
    uintptr_t real;    /* what the hook calls, as far as it was there at the start (libpthread may
                        * not have been); 0 for libzmq's, which depend on the copy */
};

/* The hook for an operation of this very copy, or NULL. */
typedef zg_function *zg_patch_hook_fn(uint32_t op, const struct zg_lib *lib);

/* The array must live for ever. Nothing is patched before. */
void zg_patch_init(const struct zg_patch_target *targets, size_t count, zg_patch_hook_fn *hook_of);
/* hook_of(op, lib); NULL before zg_patch_init(). */
zg_function *zg_patch_hook(uint32_t op, const struct zg_lib *lib);
/* Functions of libc whose slots in a libzmq itself lead to the guard. */
struct zg_patch_inner {
    const char *name;
    zg_function *hook;
};
/* The array must live for ever. Before the first zg_patch_refresh(). */
void zg_patch_inner_init(const struct zg_patch_inner *inner, size_t count);
/* Patches the slots of all loaded objects that lead straight into a libzmq. zg_lib_refresh() calls
 * it. Takes the loader's list lock: call it without a lock of ours. */
bool zg_patch_refresh(void);
/*
 * What will be loaded at this place of the loader's list, and later, may be opened with
 * RTLD_DEEPBIND: its slots that are not bound yet are patched too, and those that lead past the
 * guard to libc (else its calls would be seen, but not the locks that order them).
 */
void zg_patch_expect_deepbound(uint32_t first_order);
/* May the object at this place of the loader's list have been opened with RTLD_DEEPBIND? */
bool zg_patch_is_deepbound(uint32_t order);
/* For a child after fork. */
void zg_patch_after_fork(void);
/* Objects that still call libzmq directly, because their slots could not be written. */
void zg_patch_each_failure(bool (*visit)(const char *path, void *arg), void *arg);

#endif
