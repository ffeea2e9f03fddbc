/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The global lock of an interpreter: CPython's and Ruby's. Whatever their threads do in turns is
 * ordered by it, and by luck alone: zmq calls run without it. So it gives no edge; it makes an
 * order possible (host/opaque.h). The program's own locks, queues and events are edges as ever.
 *
 * CPython's lies in _PyRuntime (from 3.12 on by way of the main interpreter's state there).
 * From 3.12 on a sub-interpreter may have one of its own, on the heap; but all mutexes and
 * conditions that CPython's code waits for are global locks: those of threading are semaphores.
 * Ruby's lies on the heap, but all that libruby locks itself is the global lock or what wakes a
 * thread that waits for it; Ruby's own Mutex and Queue are data under that lock.
 */
#ifndef ZG_HOST_INTERPRETER_H
#define ZG_HOST_INTERPRETER_H

#include "base/compiler.h"

/* Written by zg_interpreter_look(), sizes last; 0: there is none. In bytes. */
struct zg_interpreter {
    uintptr_t python, python_size; /* _PyRuntime */
    uintptr_t code, code_size;     /* of a CPython whose sub-interpreters may have a lock each */
    uintptr_t ruby, ruby_size;     /* the code of libruby */
};
extern ZG_HIDDEN struct zg_interpreter zg_interpreter;

/* Looks for interpreters among the loaded objects. Takes the loader's list lock. */
bool zg_interpreter_look(void);

/* Is the object that is locked or waited for, by that caller, part of a global lock? waits: it is a
 * mutex or a condition. */
ZG_INLINE bool zg_interpreter_owns(uintptr_t object, uintptr_t caller, bool waits)
{
    const struct zg_interpreter *i = &zg_interpreter;

    return object - i->python < i->python_size || caller - i->ruby < i->ruby_size ||
           (waits && caller - i->code < i->code_size);
}

#endif
