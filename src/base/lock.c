/* SPDX-License-Identifier: MPL-2.0 */
/* Futex mutex with signals blocked while held (Drepper, "Futexes Are Tricky", mutex 2). */
#include "base/lock.h"

#include "base/sys.h"

#define SPINS 64

static bool take_if_free(struct zg_lock *lock)
{
    uint32_t free_word = 0;

    return __atomic_compare_exchange_n(&lock->word, &free_word, 1, false, __ATOMIC_ACQUIRE,
                                       __ATOMIC_RELAXED);
}

void zg_lock_acquire_nested(struct zg_lock *lock)
{
    for (int i = 0; i < SPINS; i++) {
        if (take_if_free(lock))
            return;
        zg_arch_pause();
    }
    while (__atomic_exchange_n(&lock->word, 2, __ATOMIC_ACQUIRE) != 0)
        (void)zg_sys_futex_wait(&lock->word, 2, 0);
}

void zg_lock_release_nested(struct zg_lock *lock)
{
    if (__atomic_exchange_n(&lock->word, 0, __ATOMIC_RELEASE) == 2)
        (void)zg_sys_futex_wake(&lock->word, 1);
}

uint64_t zg_lock_acquire(struct zg_lock *lock)
{
    uint64_t mask = zg_sys_block_signals();

    zg_lock_acquire_nested(lock);
    return mask;
}

bool zg_lock_try(struct zg_lock *lock, uint64_t *mask)
{
    *mask = zg_sys_block_signals();
    if (take_if_free(lock))
        return true;
    zg_sys_restore_signals(*mask);
    return false;
}

void zg_lock_release(struct zg_lock *lock, uint64_t mask)
{
    zg_lock_release_nested(lock);
    zg_sys_restore_signals(mask);
}

bool zg_lock_reset(struct zg_lock *lock)
{
    return __atomic_exchange_n(&lock->word, 0, __ATOMIC_RELAXED) != 0;
}
