/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Exceptions and cancellation that pass through the hooks.
 *
 * The cleanup attribute makes the compiler refer to the unwinder's personality and resume
 * functions. Taken from libgcc_s they would be a second NEEDED; taken from libgcc_eh.a they would
 * meet the contexts of a newer unwinder than they were built with. So they are forwarded to the
 * unwinder of the process, which is there: it is what calls them. test/abi and test/life pin this.
 */
#include <dlfcn.h>

#include "base/compiler.h"
#include "host/libc.h"

typedef int zg_personality(int version, int actions, uint64_t class, void *exception,
                           void *context);
typedef void zg_resume(void *exception);

zg_personality __gcc_personality_v0;
__attribute__((noreturn)) zg_resume _Unwind_Resume;

/* The next definition in the global scope, or libgcc_s where that was loaded privately (by a
 * plugin, or by pthread_cancel). Both lookups find what is loaded already. */
static void *find(const char *name)
{
    void *handle = ZG_OWN_LIBC(dlopen)("libgcc_s.so.1", RTLD_NOW | RTLD_NOLOAD);
    void *found;

    if (handle == NULL)
        handle = zg_libc_own.dlopen("libgcc_s.so.1", RTLD_NOW);
    found = handle != NULL ? ZG_REAL_LIBC(dlsym)(handle, name) : NULL;
    return found != NULL ? found : zg_libc.dlsym(RTLD_DEFAULT, name);
}

static void *forward(void **cache, const char *name)
{
    void *f = __atomic_load_n(cache, __ATOMIC_ACQUIRE);

    if (f == NULL) {
        f = find(name);
        __atomic_store_n(cache, f, __ATOMIC_RELEASE);
    }
    return f;
}

int __gcc_personality_v0(int version, int actions, uint64_t class, void *exception, void *context)
{
    static void *cache;
    zg_personality *real = (zg_personality *)forward(&cache, "__gcc_personality_v0");

    /* _URC_FATAL_PHASE1_ERROR: what the unwinder says when it finds no way on. */
    return real != NULL ? real(version, actions, class, exception, context) : 3;
}

void _Unwind_Resume(void *exception)
{
    static void *cache;
    zg_resume *real = (zg_resume *)forward(&cache, "_Unwind_Resume");

    if (real != NULL)
        real(exception);
    __builtin_trap();
}
