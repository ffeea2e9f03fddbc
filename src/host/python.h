/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The Python frames of the calling thread, read from CPython's own structures: in C frames alone
 * two lines of a Python function are the same stack.
 *
 * Works without the GIL (pyzmq lets go of it around calls): a thread's frames are changed by the
 * thread itself only, and live as long as it is inside of the call. Nothing of Python is called but
 * two functions that only read, and before 3.12 one more, which hashes texts. CPython 3.8 to 3.14;
 * another version, or a build whose structures are not as expected (each object's type is checked),
 * has no Python frames. Sub-interpreters: the frames of the thread's first interpreter.
 */
#ifndef ZG_HOST_PYTHON_H
#define ZG_HOST_PYTHON_H

#include "host/unwind.h"

#define ZG_PYTHON_FRAMES 16  /* innermost ones, at most */
#define ZG_PYTHON_STEPS  128 /* and with those that are not Python's own in between */

/* Looks for a CPython among the loaded objects. Takes the loader's list lock. */
bool zg_python_look(void);

/* What zg_python_look() found. Written by it, read by all. */
struct zg_python_layout;
struct zg_python {
    void *(*get_thread_state)(void); /* atomic; NULL: there is no Python */
    uintptr_t text_start, text_end;  /* of the interpreter */
    const struct zg_python_layout *layout;
    uintptr_t code_type, text_type, bytes_type; /* PyCode_Type, PyUnicode_Type, PyBytes_Type */
    intptr_t (*hash)(void *object);             /* PyObject_Hash() */
};
extern struct zg_python zg_python;

/* The thread's Python state, an address; 0 when it has none. */
ZG_INLINE uintptr_t zg_python_state(void)
{
    void *(*get)(void) = __atomic_load_n(&zg_python.get_thread_state, __ATOMIC_ACQUIRE);

    return zg_likely(get == NULL) ? 0 : (uintptr_t)get();
}

/* Is it code of the interpreter? */
ZG_INLINE bool zg_python_contains(uintptr_t address)
{
    return address - zg_python.text_start < zg_python.text_end - zg_python.text_start;
}

/*
 * Puts the Python frames of the state into the walk, between what Python called and Python's own C
 * frames. Keeps walk->count within ZG_STACK_FRAMES. False when something could not be read or is
 * not what it should be: then there may be fewer frames than there are. To know whether a later
 * stack has the same ones: host/python_chain.h.
 */
bool zg_python_add_frames(struct zg_walk *walk, uintptr_t state);

/*
 * The name that the thread has in Python: that of the threading.Thread whose function it runs, as
 * long as it runs it. Writes "" for others: the main thread, one that C has made, and when
 * something is not what it should be. False when it runs no Python function yet. The walk is for
 * reading only. In host/python_name.c.
 */
bool zg_python_thread_name(struct zg_walk *walk, uintptr_t state, char *out, size_t cap);

#endif
