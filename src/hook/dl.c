/* SPDX-License-Identifier: MPL-2.0 */
/* What dlsym answers for libzmq's functions, and what follows a dlopen. */
#include "hook/dl.h"

#include <errno.h>

#include "base/str.h"
#include "hook/address.h"
#include "host/fork.h"
#include "host/guard.h"
#include "host/libc.h"
#include "host/loader.h"
#include "host/namespace.h"
#include "host/objects.h"
#include "host/patch.h"
#include "host/scope.h"
#include "report/unguarded.h"

static bool is_guarding(void)
{
    zg_start_ensure();
    zg_fork_look();
    return __atomic_load_n(&zg_state, __ATOMIC_ACQUIRE) != ZG_STATE_OFF;
}

static uint32_t op_by_name(const char *name)
{
    uint32_t op = 0;

    if (name == NULL || !zg_str_starts(name, "zmq_"))
        return ZG_OP_COUNT;
    while (op < ZG_OP_COUNT && !zg_str_equal(name, zg_ops[op].name))
        op++;
    return op;
}

static bool is_own(const void *address)
{
    return (uintptr_t)address - zg_lib_ranges.own_start < zg_lib_ranges.own_size;
}

/* The definition behind the guard. The barrier keeps the compiler from making a jump of the call:
 * the real dlsym would then see the host's return address and look behind the host. */
static void *find_behind_us(const char *name)
{
    void *found = zg_libc.dlsym(RTLD_NEXT, name);

    __asm__ volatile("" : "+r"(found));
    return found;
}

/* dlsym on a handle. What lies in a libzmq is answered with the hook. What lies in the guard was
 * found in the global scope (the handle of the program): the truth is what stands behind it. */
static void *dlsym_of_handle(void *handle, const char *name)
{
    void *found = zg_libc.dlsym(handle, name);
    const struct zg_lib *lib;
    zg_function *hook;
    int saved = errno;

    if (found == NULL)
        return NULL;
    if (is_own(found))
        return find_behind_us(name) != NULL ? found : NULL;
    zg_lib_refresh();
    lib = zg_lib_defining((uintptr_t)found);
    hook = lib != NULL ? zg_hook_addresses_of(zg_lib_op_at(lib, (uintptr_t)found), lib) : NULL;
    errno = saved;
    return hook != NULL ? (void *)hook : found;
}

/* A draft function looked for by RTLD_DEFAULT, which the caller's libzmq has. */
static void *dlsym_of_draft(void *handle, const char *name, uintptr_t caller)
{
    (void)handle, (void)caller;
    return (void *)zg_hook_addresses_of(op_by_name(name), zg_lib_in_scope(caller));
}

/* The guard's own name would be found, but no libzmq that the caller can see has it. */
static void *dlsym_of_absent(void *handle, const char *name)
{
    (void)handle;
    return find_behind_us(name); /* fails, and leaves the message for dlerror() */
}

/* Does a lookup that finds the guard's function find one of libzmq's without the guard? */
static bool is_truly_there(uint32_t op, uintptr_t caller)
{
    const struct zg_lib *lib = zg_lib_in_scope(caller);

    return lib != NULL && lib->own[op] != 0;
}

/* RTLD_DEFAULT: what the global scope gives decides; where that is the guard (or, for a draft
 * function, nothing), whether there is a libzmq behind it. */
static zg_function *route_default(uint32_t op, const char *name, uintptr_t caller)
{
    zg_function *real = (zg_function *)(void *)zg_libc.dlsym;
    void *found = zg_libc.dlsym(RTLD_DEFAULT, name);

    if (found == NULL)
        (void)zg_libc_own.dlerror();
    if (found != NULL && !is_own(found) && zg_lib_defining((uintptr_t)found) == NULL)
        return real;
    if (zg_ops[op].status != ZG_STATUS_DRAFT)
        return !is_own(found) || is_truly_there(op, caller)
                   ? real
                   : (zg_function *)(void *)dlsym_of_absent;
    return is_truly_there(op, caller) ? (zg_function *)(void *)dlsym_of_draft : real;
}

zg_function *zg_hook_dlsym_route(void *handle, const char *name, uintptr_t caller)
{
    zg_function *real = (zg_function *)(void *)ZG_REAL_LIBC(dlsym);
    uint32_t op = op_by_name(name);

    /* RTLD_NEXT is how interposers find what they stand in front of. */
    if (op == ZG_OP_COUNT || handle == RTLD_NEXT || !is_guarding())
        return real;
    if (handle == RTLD_DEFAULT)
        return route_default(op, name, caller);
    return (zg_function *)(void *)dlsym_of_handle;
}

/*
 * May the guard call dlopen itself and patch afterwards? Not when the file is found by a look at
 * the caller: $ORIGIN is the caller's directory, and for names without a slash its RUNPATH counts,
 * or the RPATHs up the chain of who loaded whom. (test/load/search.sh)
 */
static bool depends_on_caller(const char *file, uintptr_t caller)
{
    struct zg_object object;

    if (strchr(file, '/') != NULL || strchr(file, '$') != NULL)
        return strchr(file, '$') != NULL;
    return zg_objects_use_rpath() || !zg_object_at(caller, &object) || object.runpath ||
           object.rpath;
}

/* By cleanup: also when a constructor throws. */
static void leave(const int *unused)
{
    (void)unused;
    zg_loader_leave();
}

static void *enter_and_open(Lmid_t namespace, const char *file, int flags)
{
    int entered ZG_CLEANUP(leave) = 1;

    (void)entered;
    zg_loader_enter();
    return namespace == LM_ID_BASE ? zg_libc.dlopen(file, flags)
                                   : zg_libc.dlmopen(namespace, file, flags);
}

static void *dlopen_and_patch(const char *file, int flags)
{
    void *handle = enter_and_open(LM_ID_BASE, file, flags);
    int saved = errno;

    if (handle != NULL) {
        if (zg_loader_is_opening_elsewhere())
            zg_lib_refresh();
        else
            zg_lib_refresh_loaded();
        zg_unguarded_say();
    }
    errno = saved;
    return handle;
}

zg_function *zg_hook_dlopen_route(const char *file, int flags, uintptr_t caller)
{
    zg_function *real = (zg_function *)(void *)ZG_REAL_LIBC(dlopen);

    if (file == NULL || (flags & RTLD_NOLOAD) != 0 || !is_guarding())
        return real;
    zg_lib_refresh();
    if ((flags & RTLD_DEEPBIND) != 0)
        zg_patch_expect_deepbound(zg_objects_count());
    if (!depends_on_caller(file, caller))
        return (zg_function *)(void *)dlopen_and_patch;
    zg_start_stacks(); /* nobody will be able to tell that this thread is inside of a dlopen */
    return real;
}

/* dlmopen(LM_ID_BASE, …) is dlopen(…). */
static void *dlmopen_as_dlopen(Lmid_t namespace, const char *file, int flags)
{
    (void)namespace;
    return dlopen_and_patch(file, flags);
}

/* What is loaded cannot be guarded; is it a libzmq, then that is said. */
static void *dlmopen_and_tell(Lmid_t namespace, const char *file, int flags)
{
    void *handle = enter_and_open(namespace, file, flags);
    int saved = errno;

    if (handle != NULL) {
        zg_namespace_expect();
        zg_unguarded_say();
    }
    errno = saved;
    return handle;
}

zg_function *zg_hook_dlmopen_route(Lmid_t namespace, const char *file, int flags, uintptr_t caller)
{
    zg_function *real = (zg_function *)(void *)ZG_REAL_LIBC(dlmopen);
    zg_function *open;

    if (file == NULL || (flags & RTLD_NOLOAD) != 0 || !is_guarding())
        return real;
    if (namespace == LM_ID_BASE) {
        open = zg_hook_dlopen_route(file, flags, caller);
        return open == (zg_function *)(void *)dlopen_and_patch
                   ? (zg_function *)(void *)dlmopen_as_dlopen
                   : real;
    }
    if (!depends_on_caller(file, caller))
        return (zg_function *)(void *)dlmopen_and_tell;
    zg_namespace_expect(); /* told at the next occasion */
    return real;
}

ZG_EXPORT int dlclose(void *handle)
{
    int rc = ZG_REAL_LIBC(dlclose)(handle);
    int saved = errno;

    if (is_guarding())
        zg_lib_refresh(); /* addresses that were libzmq's, or on stacks, may soon be another's */
    errno = saved;
    return rc;
}
