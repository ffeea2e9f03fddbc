/* SPDX-License-Identifier: MPL-2.0 */
/* The copy of libzmq that a caller means: what the loader's scopes would have given it. */
#include "host/scope.h"

#include <errno.h>

#include "base/lock.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/objects.h"

#define BINDINGS_MAX 64

/* What zg_lib_bind_object() was told. */
static struct {
    struct zg_lock lock;
    uint32_t count; /* atomic: entries below it are constant but for lib */
    struct {
        uintptr_t base;
        const void *dynamic;      /* another object can have the same base later */
        const struct zg_lib *lib; /* atomic */
    } of[BINDINGS_MAX];
} bindings;

static uint32_t binding_index(const struct zg_object *object, uint32_t count)
{
    uint32_t i = 0;

    while (i < count &&
           (bindings.of[i].base != object->base || bindings.of[i].dynamic != object->dynamic))
        i++;
    return i;
}

void zg_lib_bind_object(const struct zg_object *object, const struct zg_lib *lib)
{
    zg_lock_acquire(&bindings.lock);
    uint32_t i = binding_index(object, bindings.count);

    if (i < BINDINGS_MAX)
        __atomic_store_n(&bindings.of[i].lib, lib, __ATOMIC_RELEASE);
    if (i == bindings.count && i < BINDINGS_MAX) {
        bindings.of[i].base = object->base;
        bindings.of[i].dynamic = object->dynamic;
        __atomic_store_n(&bindings.count, i + 1, __ATOMIC_RELEASE);
    }
    zg_lock_release(&bindings.lock);
}

/* True when the object has a binding of its own; *lib may be NULL then: its own scope. */
static bool find_binding(const struct zg_object *object, const struct zg_lib **lib)
{
    uint32_t count = __atomic_load_n(&bindings.count, __ATOMIC_ACQUIRE);
    uint32_t i = binding_index(object, count);

    if (i == count)
        return false;
    *lib = __atomic_load_n(&bindings.of[i].lib, __ATOMIC_ACQUIRE);
    if (*lib != NULL && __atomic_load_n(&(*lib)->gone, __ATOMIC_ACQUIRE))
        *lib = NULL;
    return true;
}

/* The copy in which a handle's scope has zmq_ctx_new. A failure is ours: the host's dlerror() must
 * not tell of it. */
static const struct zg_lib *in_scope_of(void *handle)
{
    uintptr_t found = (uintptr_t)zg_libc.dlsym(handle, "zmq_ctx_new");

    if (found == 0)
        (void)zg_libc_own.dlerror();
    return zg_lib_defining(found);
}

/* The copy that the object's own scope (itself and what it needs) leads to. The handle comes from
 * dlopen: a link map as a handle crashes dlsym when it was never opened by itself. */
static const struct zg_lib *in_own_scope(const struct zg_object *object)
{
    const struct zg_lib *lib;
    void *handle;

    if (object->order == 0)
        return NULL;
    handle = zg_libc_own.dlopen(object->path, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == NULL) {
        (void)zg_libc_own.dlerror();
        return NULL;
    }
    lib = in_scope_of(handle);
    (void)zg_libc_own.dlclose(handle);
    return lib;
}

const struct zg_lib *zg_lib_in_scope(uintptr_t caller)
{
    const struct zg_lib *lib = NULL;
    struct zg_object object;
    bool known = zg_object_at(caller, &object);
    uint32_t count;

    (void)zg_lib_all(&count);
    if (count == 0 || zg_libc.dlsym == NULL || zg_libc_own.dlopen == NULL)
        return zg_lib_global();
    if (known && find_binding(&object, &lib) && lib == NULL)
        lib = in_own_scope(&object);
    if (lib == NULL)
        lib = zg_lib_global();
    if (lib == NULL)
        lib = in_scope_of(RTLD_NEXT);
    if (lib == NULL && known)
        lib = in_own_scope(&object);
    return lib;
}

static const struct zg_lib *first_loaded(uint32_t *alive)
{
    const struct zg_lib *first = NULL;
    const struct zg_lib *const *all;
    uint32_t count;

    *alive = 0;
    all = zg_lib_all(&count);
    for (uint32_t i = count; i-- > 0;) {
        if (__atomic_load_n(&all[i]->gone, __ATOMIC_ACQUIRE))
            continue;
        first = all[i];
        ++*alive;
    }
    return first;
}

const struct zg_lib *zg_lib_for_caller(uintptr_t caller)
{
    const struct zg_lib *lib, *first;
    int saved = errno;
    uint32_t alive;

    zg_lib_refresh();
    first = first_loaded(&alive);
    lib = alive > 1 ? zg_lib_in_scope(caller) : first;
    lib = lib != NULL ? lib : first;
    if (lib != NULL)
        zg_lib_mark_used(lib);
    errno = saved;
    return lib;
}

void zg_lib_bindings_after_fork(void)
{
    zg_lock_reset(&bindings.lock);
}
