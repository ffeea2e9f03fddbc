/* SPDX-License-Identifier: MPL-2.0 */
/* Comparing chains of Python frames. */
#include "host/python_chain.h"

#include <string.h>

#include "host/python_layout.h"

#define NO_HASH UINT64_MAX

/* Plain reads: frames of a thread that is inside of a call stay as they are, and keep alive what
 * they point to. */
ZG_INLINE uintptr_t word_at(uintptr_t addr)
{
    return *(const uintptr_t *)addr;
}

ZG_INLINE uint32_t int_at(uintptr_t addr)
{
    return *(const uint32_t *)addr;
}

/*
 * Nobody has asked for the object's hash yet: CPython does what any look-up in a dict makes it do,
 * reads the content and notes the hash in the object. That takes no GIL and no memory
 * (unicode_hash() and bytes_hash() in Objects/). An object of another type, whose hash may be a
 * function of the program's, has none here, nor has a text that is not in its final form.
 */
ZG_COLD static uint64_t ask_for_hash(uintptr_t object)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t type = word_at(object + l->object_type);

    if (type == zg_python.text_type ? !zg_python_is_compact(int_at(object + l->text_state))
                                    : type != zg_python.bytes_type)
        return NO_HASH;
    return (uint64_t)zg_python.hash((void *)object);
}

/* The hash that CPython keeps in a str or bytes object: of all that it holds, with a secret. */
ZG_INLINE uint64_t kept_hash(uintptr_t object, uint32_t length)
{
    return word_at(object + length + 8);
}

static uint64_t hash_of(uintptr_t object, uint32_t length)
{
    uint64_t hash = kept_hash(object, length);

    return zg_likely(hash != NO_HASH) ? hash : ask_for_hash(object);
}

/* Has the object at this field, a str or bytes object, this hash, which is not NO_HASH? */
ZG_INLINE bool has_hash(uintptr_t field, uint32_t length, uint64_t hash)
{
    return zg_likely(kept_hash(word_at(field), length) == hash) ||
           hash_of(word_at(field), length) == hash;
}

static uintptr_t first_frame(const struct zg_python_layout *l, uintptr_t state)
{
    uintptr_t frame = word_at(state + l->state_frame);

    if (l->cframe_frame != ZG_PYTHON_NO_FIELD && frame != 0)
        frame = word_at(frame + l->cframe_frame);
    return frame;
}

ZG_INLINE bool counts(const struct zg_python_layout *l, uintptr_t frame)
{
    return l->frame_owner == ZG_PYTHON_NO_FIELD ||
           *(const uint8_t *)(frame + l->frame_owner) < l->owner_not_python;
}

ZG_INLINE uintptr_t instr_of(const struct zg_python_layout *l, uintptr_t frame)
{
    return l->instr_is_index != 0 ? int_at(frame + l->frame_instr)
                                  : word_at(frame + l->frame_instr);
}

ZG_INLINE uint32_t version_of(const struct zg_python_layout *l, uintptr_t code)
{
    return l->code_version != 0 ? int_at(code + l->code_version) : 0;
}

/* False: it is made of objects that cannot be compared. */
static bool remember(const struct zg_python_layout *l, uintptr_t frame, struct zg_python_frame *f)
{
    memset(f, 0, sizeof(*f));
    f->code = zg_python_code(l, frame);
    f->instr = instr_of(l, frame);
    f->version = version_of(l, f->code);
    f->file = word_at(f->code + l->code_file);
    if (f->version != 0)
        return true;
    f->file = hash_of(f->file, l->text_length);
    f->name = hash_of(word_at(f->code + l->code_name), l->text_length);
    f->table = hash_of(word_at(f->code + l->code_table), l->bytes_length);
    f->first_line = int_at(f->code + l->code_first_line);
    return f->file != NO_HASH && f->name != NO_HASH && f->table != NO_HASH;
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
ZG_INLINE bool is_same_code(const struct zg_python_layout *l, uintptr_t code,
                            const struct zg_python_frame *f)
{
    if (version_of(l, code) != f->version)
        return false;
    if (f->version != 0)
        return word_at(code + l->code_file) == f->file;
    return int_at(code + l->code_first_line) == f->first_line &&
           has_hash(code + l->code_table, l->bytes_length, f->table) &&
           has_hash(code + l->code_name, l->text_length, f->name) &&
           has_hash(code + l->code_file, l->text_length, f->file);
}

bool zg_python_chain_holds(uintptr_t state, const struct zg_python_frame *frames, uint32_t count)
{
    const struct zg_python_layout *l = zg_python.layout;
    const struct zg_python_frame *f = frames, *end = frames + count;
    uintptr_t frame = first_frame(l, state);
    uint32_t steps = ZG_PYTHON_STEPS;

    for (; frame != 0 && steps > 0; steps--, frame = word_at(frame + l->frame_back)) {
        if (!counts(l, frame))
            continue;
        if (f == end) /* one more: not looked at where the chain has all that it may have */
            return count == ZG_PYTHON_FRAMES;
        if (zg_python_code(l, frame) != f->code || instr_of(l, frame) != f->instr ||
            !is_same_code(l, f->code, f))
            return false;
        f++;
    }
    return f == end;
}
