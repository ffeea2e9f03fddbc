/* SPDX-License-Identifier: MPL-2.0 */
/* Comparing chains of Python frames. */
#include "host/python_chain.h"

#include <string.h>

#include "host/python_layout.h"

#define TABLE_MAX 8192 /* bytes compared at most */
#define LANES     4

/* Plain reads: frames of a thread that is inside of a call stay as they are, and keep alive what
 * they point to. */
static uintptr_t word_at(uintptr_t addr)
{
    return *(const uintptr_t *)addr;
}

static uint32_t int_at(uintptr_t addr)
{
    return *(const uint32_t *)addr;
}

static uint64_t mix(uint64_t h, uint64_t word)
{
    h = (h ^ word) * 0x9E3779B97F4A7C15U;
    return h ^ h >> 29;
}

/* A polynomial of the words, in lanes that the processor works on at the same time: it is computed
 * for each frame of each call. The object is of whole words. */
static uint64_t digest_of(uintptr_t at, size_t bytes)
{
    const uint64_t k = 0x9E3779B97F4A7C15U;
    uint64_t a = bytes, b = 1, c = 2, d = 3;
    uintptr_t end = at + bytes / 8 * 8;

    for (; end - at >= LANES * 8; at += LANES * 8) {
        a = a * k + word_at(at);
        b = b * k + word_at(at + 8);
        c = c * k + word_at(at + 16);
        d = d * k + word_at(at + 24);
    }
    for (; at != end; at += 8)
        a = a * k + word_at(at);
    if (bytes % 8 != 0)
        b = b * k + (word_at(at) << (64 - bytes % 8 * 8));
    return mix(mix(a, b), mix(c, d));
}

/* The hash that CPython keeps is one of the text's whole content, with a secret. */
static uint64_t digest_text(const struct zg_python_layout *l, uintptr_t text)
{
    uint64_t hash = word_at(text + l->text_length + 8U);
    uint32_t state;

    if (zg_likely(hash != UINT64_MAX))
        return hash;
    state = int_at(text + l->text_state);
    return digest_of(text + (zg_python_is_ascii(state) ? l->ascii_text : l->other_text),
                     word_at(text + l->text_length) * zg_python_kind(state));
}

/* How much of a location table (3.11: Objects/locations.md) there is up to the instruction: each
 * entry begins with a byte that has the highest bit set and says for how many instructions. */
static size_t bytes_up_to(const uint8_t *table, size_t size, size_t instruction)
{
    size_t covered = 0;
    size_t at = 0;

    while (at < size && covered <= instruction) {
        covered += (table[at] & 7U) + 1;
        do
            at++;
        while (at < size && (table[at] & 0x80) == 0);
    }
    return at;
}

/* The whole table: of older versions, whose lines depend on it and where it is short; and where the
 * instruction is in a copy. */
static size_t table_bytes(const struct zg_python_layout *l, const struct zg_python_frame *f)
{
    size_t size = word_at(f->table + l->bytes_length);

    if (l->instr_is_index != 0 || l->frame_copy != ZG_PYTHON_NO_FIELD)
        return size;
    if (f->instr < f->code + l->code_instrs)
        return 0;
    return bytes_up_to((const uint8_t *)f->table + l->bytes_data, size,
                       (f->instr - (f->code + l->code_instrs)) / 2);
}

static uint64_t digest_code(const struct zg_python_layout *l, const struct zg_python_frame *f)
{
    uint64_t h = digest_of(f->table + l->bytes_data, f->table_bytes);

    return mix(mix(h, digest_text(l, f->file)), digest_text(l, f->name));
}

static uintptr_t first_frame(const struct zg_python_layout *l, uintptr_t state)
{
    uintptr_t frame = word_at(state + l->state_frame);

    if (l->cframe_frame != ZG_PYTHON_NO_FIELD && frame != 0)
        frame = word_at(frame + l->cframe_frame);
    return frame;
}

static bool counts(const struct zg_python_layout *l, uintptr_t frame)
{
    return l->frame_owner == ZG_PYTHON_NO_FIELD ||
           *(const uint8_t *)(frame + l->frame_owner) < l->owner_not_python;
}

static uintptr_t instr_of(const struct zg_python_layout *l, uintptr_t frame)
{
    return l->instr_is_index != 0 ? int_at(frame + l->frame_instr)
                                  : word_at(frame + l->frame_instr);
}

static uint32_t version_of(const struct zg_python_layout *l, uintptr_t code)
{
    return l->code_version != 0 ? int_at(code + l->code_version) : 0;
}

/* False: its table is too long to be compared each time. */
static bool remember(const struct zg_python_layout *l, uintptr_t frame, struct zg_python_frame *f)
{
    size_t bytes;

    memset(f, 0, sizeof(*f));
    f->code = zg_python_code(l, frame);
    f->instr = instr_of(l, frame);
    f->file = word_at(f->code + l->code_file);
    f->version = version_of(l, f->code);
    if (f->version != 0)
        return true;
    f->name = word_at(f->code + l->code_name);
    f->table = word_at(f->code + l->code_table);
    f->first_line = int_at(f->code + l->code_first_line);
    bytes = table_bytes(l, f);
    f->table_bytes = (uint32_t)bytes;
    f->digest = bytes <= TABLE_MAX ? digest_code(l, f) : 0;
    return bytes <= TABLE_MAX;
}

uint32_t zg_python_chain(uintptr_t state, struct zg_python_frame frames[ZG_PYTHON_FRAMES])
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t frame = first_frame(l, state);
    uint32_t count = 0;

    for (uint32_t i = 0; frame != 0 && count < ZG_PYTHON_FRAMES && i < ZG_PYTHON_STEPS; i++) {
        if (counts(l, frame) && !remember(l, frame, &frames[count++]))
            return ZG_PYTHON_FRAMES + 1;
        frame = word_at(frame + l->frame_back);
    }
    return count;
}

/* code is alive, and f is of one that was at its address. */
static bool is_same_code(const struct zg_python_layout *l, uintptr_t code,
                         const struct zg_python_frame *f)
{
    if (version_of(l, code) != f->version || word_at(code + l->code_file) != f->file)
        return false;
    if (f->version != 0)
        return true;
    return word_at(code + l->code_name) == f->name && word_at(code + l->code_table) == f->table &&
           int_at(code + l->code_first_line) == f->first_line &&
           word_at(f->table + l->bytes_length) >= f->table_bytes && digest_code(l, f) == f->digest;
}

bool zg_python_chain_holds(uintptr_t state, const struct zg_python_frame *frames, uint32_t count)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t frame = first_frame(l, state);
    uint32_t seen = 0;

    for (uint32_t i = 0; frame != 0 && seen < ZG_PYTHON_FRAMES && i < ZG_PYTHON_STEPS; i++) {
        if (counts(l, frame)) {
            const struct zg_python_frame *f = &frames[seen];

            if (seen++ == count || zg_python_code(l, frame) != f->code ||
                instr_of(l, frame) != f->instr || !is_same_code(l, f->code, f))
                return false;
        }
        frame = word_at(frame + l->frame_back);
    }
    return seen == count;
}
