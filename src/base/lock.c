/* SPDX-License-Identifier: MPL-2.0 */
/* Futex mutex (Drepper, "Futexes Are Tricky", mutex 2). */
#include "base/lock.h"

#include "base/sys.h"

#define SPINS 64

#define FREE       0U
#define HELD       1U
#define WAITED_FOR 2U
#define STATE      3U

/* The number of forks before this process. A held lock's word carries it above the state, so that a
 * lock that a thread of the parent held counts as free in the child, wherever the lock is. */
static uint32_t forks; /* shifted; written by who adopts a child */

static bool is_held(uint32_t word)
{
    return word != FREE && (word & ~STATE) == __atomic_load_n(&forks, __ATOMIC_RELAXED);
}

static bool take_if_free(struct zg_lock *lock, bool *from_parent)
{
    uint32_t seen = __atomic_load_n(&lock->word, __ATOMIC_RELAXED);
    uint32_t held = __atomic_load_n(&forks, __ATOMIC_RELAXED) | HELD;

    *from_parent = seen != FREE;
    return !is_held(seen) && __atomic_compare_exchange_n(&lock->word, &seen, held, false,
                                                         __ATOMIC_ACQUIRE, __ATOMIC_RELAXED);
}

bool zg_lock_acquire_nested(struct zg_lock *lock)
{
    uint32_t waited_for = __atomic_load_n(&forks, __ATOMIC_RELAXED) | WAITED_FOR;
    bool from_parent;
    uint32_t seen;

    for (int i = 0; i < SPINS; i++) {
        if (take_if_free(lock, &from_parent))
            return from_parent;
        zg_arch_pause();
    }
    while (is_held(seen = __atomic_exchange_n(&lock->word, waited_for, __ATOMIC_ACQUIRE)))
        (void)zg_sys_futex_wait(&lock->word, waited_for, 0);
    return seen != FREE;
}

void zg_lock_release_nested(struct zg_lock *lock)
{
    uint32_t was = __atomic_exchange_n(&lock->word, FREE, __ATOMIC_RELEASE);

    if ((was & STATE) == WAITED_FOR)
        (void)zg_sys_futex_wake(&lock->word, 1);
}

void zg_lock_after_fork(void)
{
    __atomic_add_fetch(&forks, STATE + 1, __ATOMIC_RELAXED);
}

void zg_lock_acquire(struct zg_lock *lock)
{
    zg_critical_enter();
    (void)zg_lock_acquire_nested(lock);
}

void zg_lock_release(struct zg_lock *lock)
{
    zg_lock_release_nested(lock);
    zg_critical_leave();
}

bool zg_lock_reset(struct zg_lock *lock)
{
    return __atomic_exchange_n(&lock->word, FREE, __ATOMIC_RELAXED) != FREE;
}
