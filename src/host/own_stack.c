/* SPDX-License-Identifier: MPL-2.0 */
/* Finding out how much of a thread's own stack can be read. */
#include "host/own_stack.h"

#include <pthread.h>

#include "base/arch.h"
#include "base/sys.h"
#include "host/elf.h"
#include "host/objects.h"

#define PAGE      ((uintptr_t)4096) /* or a part of one */
#define REACH_MAX ((uintptr_t)64 << 20)

__thread struct zg_own_stack zg_own_stack __attribute__((tls_model("initial-exec")));

static uintptr_t main_top;    /* written once by zg_own_stack_init() */
static uintptr_t main_thread; /* its pthread_t */

/* A variable of ld.so's. Not by dlsym(), which a program may not have: before glibc 2.34 it is in a
 * library of its own. */
static bool find_stack_end(const struct zg_object *object, void *end)
{
    struct zg_elf elf;
    uintptr_t found = 0;

    if (zg_elf_open(&elf, object->base, object->dynamic))
        found = zg_elf_symbol(&elf, "__libc_stack_end");
    if (found != 0)
        *(uintptr_t *)end = *(const uintptr_t *)found;
    return found == 0;
}

void zg_own_stack_init(void)
{
    uintptr_t end = 0;

    (void)zg_objects_each(0, find_stack_end, &end);
    main_thread = (uintptr_t)pthread_self();
    main_top = end;
}

/* glibc puts a thread's descriptor, which pthread_t points to, at the top of the stack, also of one
 * that the program brought (nptl/allocatestack.c). The main thread's is elsewhere. */
static uintptr_t top_of_stack(void)
{
    uintptr_t self = (uintptr_t)pthread_self();

    return self == main_thread ? main_top : self;
}

void zg_own_stack_reach(uintptr_t frame)
{
    struct zg_own_stack *s = &zg_own_stack;

    if (s->hi == 0) {
        uintptr_t top = top_of_stack();

        s->lo = top & ~(PAGE - 1);
        __atomic_signal_fence(__ATOMIC_SEQ_CST); /* for a handler: never from 0 up to the top */
        s->hi = top;
    }
    /* Valgrind would complain of a word that nobody has written yet: there each page is asked for
     * by a word that is read (host/unwind.c). (test/clients/surroundings.sh) */
    if (frame >= s->lo || s->lo - frame > REACH_MAX || zg_arch_on_valgrind())
        return;
    while (frame < s->lo && zg_sys_readable((const void *)(s->lo - PAGE)))
        s->lo -= PAGE;
}
