/* SPDX-License-Identifier: MPL-2.0 */
/* Reading CPython's objects. */
#include "host/python_read.h"

#include "host/python.h"
#include "host/python_layout.h"

uintptr_t zg_python_word(struct zg_python_reader *r, uintptr_t addr)
{
    uintptr_t value = 0;

    if (r->failed || addr % 8 != 0 || !zg_walk_read(r->walk, addr, &value)) {
        r->failed = true;
        return 0;
    }
    return value;
}

uint32_t zg_python_int(struct zg_python_reader *r, uintptr_t addr)
{
    uintptr_t word = zg_python_word(r, addr & ~(uintptr_t)7);

    return (uint32_t)(addr % 8 != 0 ? word >> 32 : word);
}

unsigned zg_python_byte(struct zg_python_reader *r, uintptr_t addr)
{
    return (unsigned)(zg_python_word(r, addr & ~(uintptr_t)7) >> addr % 8 * 8) & 0xff;
}

static uint32_t character_at(struct zg_python_reader *r, uintptr_t addr, unsigned kind)
{
    uint32_t c = 0;

    for (unsigned i = 0; i < kind; i++)
        c |= (uint32_t)zg_python_byte(r, addr + i) << 8 * i;
    return c;
}

static void put_utf8(struct zg_buf *b, uint32_t c)
{
    if (c < 0x80) {
        zg_buf_char(b, (char)c);
    } else if (c < 0x800) {
        zg_buf_char(b, (char)(0xc0 | c >> 6));
        zg_buf_char(b, (char)(0x80 | (c & 0x3f)));
    } else {
        if (c < 0x10000) {
            zg_buf_char(b, (char)(0xe0 | c >> 12));
        } else {
            zg_buf_char(b, (char)(0xf0 | c >> 18));
            zg_buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
        }
        zg_buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
        zg_buf_char(b, (char)(0x80 | (c & 0x3f)));
    }
}

void zg_python_text(struct zg_python_reader *r, uintptr_t object, struct zg_buf *out)
{
    const struct zg_python_layout *l = zg_python.layout;
    uint32_t state = zg_python_int(r, object + l->text_state);
    uintptr_t length = zg_python_word(r, object + l->text_length);
    unsigned kind = zg_python_kind(state);
    uintptr_t text = object;

    if (zg_python_word(r, object + l->object_type) != zg_python.text_type ||
        !zg_python_is_compact(state) || (kind != 1 && kind != 2 && kind != 4))
        r->failed = true;
    text += zg_python_is_ascii(state) ? l->ascii_text : l->other_text;
    for (uintptr_t i = 0; i < length && !r->failed && !out->cut; i++) {
        uint32_t c = character_at(r, text + i * kind, kind);

        put_utf8(out, c != 0 ? c : '?');
    }
}
