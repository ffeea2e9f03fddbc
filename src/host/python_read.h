/* SPDX-License-Identifier: MPL-2.0 */
/* Reading CPython's objects, which may not be where they are looked for. Only for python*.c. */
#ifndef ZG_HOST_PYTHON_READ_H
#define ZG_HOST_PYTHON_READ_H

#include "base/str.h"
#include "host/unwind.h"

struct zg_python_reader {
    struct zg_walk *walk; /* knows what can be read */
    bool
        failed; /* something could not be read or is not what it should be; all is 0 from then on */
};

/* What stands at the address, which must be a multiple of its size. */
uintptr_t zg_python_word(struct zg_python_reader *r, uintptr_t addr);
uint32_t zg_python_int(struct zg_python_reader *r, uintptr_t addr);
unsigned zg_python_byte(struct zg_python_reader *r, uintptr_t addr);

/* Adds a str object's text, in UTF-8, until the buffer is full. Fails on any other object. */
void zg_python_text(struct zg_python_reader *r, uintptr_t object, struct zg_buf *out);

#endif
