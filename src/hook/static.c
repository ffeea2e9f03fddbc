/* SPDX-License-Identifier: MPL-2.0 */
/*
 * C++ function statics. Who initialises one releases its guard (Itanium C++ ABI, 3.3.3): that is
 * seen. Who comes later looks at a byte and calls nothing, as who gets a result that is there
 * already: track/promise.h.
 */
#include "track/promise.h"

#include "host/libc.h"

void __cxa_guard_release(uint64_t *guard);

ZG_EXPORT void __cxa_guard_release(uint64_t *guard)
{
    zg_promise_made(ZG_RETURN_ADDRESS());
    if (zg_likely(ZG_REAL_LIBC(__cxa_guard_release) != NULL))
        zg_libc.__cxa_guard_release(guard);
    else
        __atomic_store_n((char *)guard, 1, __ATOMIC_RELEASE);
}
