/* SPDX-License-Identifier: MPL-2.0 */
/* Where the fields of CPython's structures are, by version. Only for python.c. */
#ifndef ZG_HOST_PYTHON_LAYOUT_H
#define ZG_HOST_PYTHON_LAYOUT_H

#include "base/compiler.h"

#define ZG_PYTHON_NO_FIELD UINT16_MAX

/* Offsets in bytes. */
struct zg_python_layout {
    uint32_t version; /* 0x0308 … */
    /* PyThreadState → the current frame, directly or through a _PyCFrame. */
    uint16_t state_frame;
    uint16_t cframe_frame; /* ZG_PYTHON_NO_FIELD: direct */
    /* _PyInterpreterFrame, before 3.11 PyFrameObject. */
    uint16_t frame_code;
    uint16_t frame_back;
    uint16_t frame_instr; /* an address, before 3.11 an int */
    uint16_t frame_owner; /* a byte; ZG_PYTHON_NO_FIELD before 3.12 */
    uint8_t owner_not_python;
    uint8_t instr_is_index; /* then in units of so many bytes; 0: it is an address */
    /* PyCodeObject. */
    uint16_t code_file;
    uint16_t code_name; /* the qualified name where there is one */
    uint16_t code_first_line;
    uint16_t code_instrs; /* of the first instruction, where instr is an address */
    uint16_t code_table;  /* of lines: a bytes object */
    uint16_t
        code_version; /* a number that no other code object was given; 32 bits. 0 before 3.12 */
    /* str objects: where the characters of pure ASCII, and of other texts, begin. */
    uint16_t ascii_text;
    uint16_t other_text;
};

/* A text's bit-fields (cpython/unicodeobject.h), the same in all versions. */
ZG_INLINE bool zg_python_is_ascii(uint32_t state)
{
    return (state & 1U << 6) != 0;
}
/* Bytes of a character: 1, 2, 4. */
ZG_INLINE uint32_t zg_python_kind(uint32_t state)
{
    return state >> 2 & 7;
}
/* The code object of a frame that is known to be one. */
ZG_INLINE uintptr_t zg_python_code(const struct zg_python_layout *l, uintptr_t frame)
{
    return *(const uintptr_t *)(frame + l->frame_code);
}

/* The layout of CPython major.minor, or NULL. */
const struct zg_python_layout *zg_python_layout(uint32_t version);

#endif
