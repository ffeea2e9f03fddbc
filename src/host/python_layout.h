/* SPDX-License-Identifier: MPL-2.0 */
/* Where the fields of CPython's structures are, by version. Only for python.c. */
#ifndef ZG_HOST_PYTHON_LAYOUT_H
#define ZG_HOST_PYTHON_LAYOUT_H

#include "base/compiler.h"

#define ZG_PYTHON_NO_FIELD UINT16_MAX

/* Offsets in bytes. */
struct zg_python_layout {
    uint32_t version; /* 0x0308 … */
    /* Any object. */
    uint16_t object_type;
    /* PyThreadState → the current frame, directly or through a _PyCFrame. */
    uint16_t state_frame;
    uint16_t cframe_frame; /* ZG_PYTHON_NO_FIELD: direct */
    /* _PyInterpreterFrame, before 3.11 PyFrameObject. */
    uint16_t frame_code; /* in 3.14 the lowest bits are not of the address */
    uint16_t frame_back;
    uint16_t frame_instr; /* an address, before 3.11 an int */
    uint16_t frame_owner; /* a byte; ZG_PYTHON_NO_FIELD before 3.12 */
    uint16_t
        frame_copy; /* an int: which copy of the instructions the address is in, a free-threaded
                       build's threads having their own; ZG_PYTHON_NO_FIELD: there is one */
    uint16_t frame_locals;    /* the first of them, a function's first argument */
    uint8_t owner_not_python; /* owners from this one on are no Python functions */
    uint8_t instr_is_index;   /* then in units of so many bytes; 0: it is an address */
    /* PyCodeObject. */
    uint16_t code_file;
    uint16_t code_name; /* the qualified name where there is one */
    uint16_t code_first_line;
    uint16_t code_instrs; /* of the first instruction, where instr is an address */
    uint16_t code_table;  /* of lines: a bytes object */
    /* A number that no other code object was given; 32 bits. 0 before 3.12 */
    uint16_t code_version;
    uint16_t code_copies; /* → a length, then as many addresses of first instructions */
    /* Types, dicts, and what precedes an object that has attributes: host/python_name.c. */
    uint16_t type_size;
    uint16_t dict_keys;
    uint16_t dict_values;
    /* bytes objects. */
    uint16_t bytes_length;
    /* str objects. In them as in bytes objects the hash follows the length: all ones until somebody
     * asked for it. */
    uint16_t text_length;
    uint16_t text_state; /* the bit-fields */
    uint16_t ascii_text; /* where the characters of pure ASCII begin, */
    uint16_t other_text; /* and of other texts */
};

/* A text's bit-fields (cpython/unicodeobject.h), the same in all versions. */
ZG_INLINE bool zg_python_is_ascii(uint32_t state)
{
    return (state & 1U << 6) != 0;
}
/* Do the characters follow in the object itself? */
ZG_INLINE bool zg_python_is_compact(uint32_t state)
{
    return (state & 1U << 5) != 0;
}
/* Bytes of a character: 1, 2, 4. */
ZG_INLINE uint32_t zg_python_kind(uint32_t state)
{
    return state >> 2 & 7;
}
/* The code object of a frame that is known to be one. */
ZG_INLINE uintptr_t zg_python_code(const struct zg_python_layout *l, uintptr_t frame)
{
    return *(const uintptr_t *)(frame + l->frame_code) & ~(uintptr_t)7;
}

/*
 * Fills *layout for CPython major.minor; false when its structures are not known. Before 3.13 they
 * are known here. Since then the interpreter tells: its variable _PyRuntime, at this address (0
 * where it has none), begins with a table made for readers of its memory. A table that does not say
 * what it should is not believed.
 */
bool zg_python_layout(uint32_t version, uintptr_t runtime, struct zg_python_layout *layout);

#endif
