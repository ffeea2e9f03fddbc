/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The names of Python's threads. The outermost function of each is Thread._bootstrap(self); the
 * name is self._name. Finding an attribute is what CPython's own reader does:
 *
 *   up to 3.10  the type says where in the object its dict is (tp_dictoffset);
 *   3.11, 3.12  before the object stands where the values are, whose order the type's keys tell,
 *               or its dict;
 *   from 3.13   the values are in the object, or it has a dict.
 *
 * From Objects/dictobject.c, Include/internal/pycore_{dict,object}.h and Include/cpython/object.h.
 * test/clients/python_report.sh looks at names in each Python that it meets.
 */
#include "host/python.h"
#include "host/python_layout.h"
#include "host/python_read.h"

#define STEPS           1024      /* frames looked at */
#define HEAD            16        /* of an object, with the GIL */
#define TYPE_BASIC_SIZE 32        /* in a type object, with the GIL */
#define TYPE_FLAGS      168       /* there too */
#define TYPE_DICT_AT    288       /* there too: an int, or 0 */
#define CACHED_KEYS     464       /* behind a type object: of a class's instances */
#define INLINE_VALUES   (1U << 2) /* flags of a type (3.13) */
#define MANAGED_DICT    (1U << 4) /* (3.11) */
#define ENTRIES_MAX     256       /* attributes looked at */

/* How much longer a free-threaded build's objects' heads are. */
static uintptr_t extra(const struct zg_python_layout *l)
{
    return l->object_type + 8U - HEAD;
}

static bool is_text(struct zg_python_reader *r, uintptr_t object, const char *text)
{
    ZG_BUF(b, 64);

    zg_python_text(r, object, &b);
    return !r->failed && !b.cut && zg_str_equal(b.text, text);
}

/* Where the entries of a dict's keys are. */
struct entries {
    uintptr_t at, count, size,
        key; /* an entry's size, and where its key stands; the value is next */
};

static struct entries entries_of(struct zg_python_reader *r, uintptr_t keys)
{
    struct entries e = {.size = 24, .key = 8};
    uintptr_t places;

    if (zg_python.layout->version < 0x030b) {
        places = zg_python_word(r, keys + 8);
        e.at = keys + 40 + places * (places <= 0xff ? 1 : places <= 0xffff ? 2 : 4);
        e.count = zg_python_word(r, keys + 32);
    } else {
        e.at = keys + 32 + ((uintptr_t)1 << (zg_python_byte(r, keys + 9) & 31));
        e.count = zg_python_word(r, keys + 24);
        if (zg_python_byte(r, keys + 10) != 0) /* all keys are texts */
            e.size = 16, e.key = 0;
    }
    return e;
}

/* The value of "_name". values: where they stand in the order of the keys; 0: beside the keys. */
static uintptr_t name_among(struct zg_python_reader *r, uintptr_t keys, uintptr_t values)
{
    struct entries e = entries_of(r, keys);

    for (uintptr_t i = 0; i < e.count && i < ENTRIES_MAX && !r->failed; i++) {
        uintptr_t entry = e.at + i * e.size + e.key;
        uintptr_t key = zg_python_word(r, entry);

        if (key != 0 && is_text(r, key, "_name"))
            return zg_python_word(r, values != 0 ? values + i * 8 : entry + 8);
    }
    return 0;
}

static uintptr_t name_in_dict(struct zg_python_reader *r, uintptr_t dict)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t keys = zg_python_word(r, dict + l->dict_keys);
    uintptr_t values = zg_python_word(r, dict + l->dict_values);

    if (values != 0 && l->version >= 0x030d)
        values += 8; /* struct _dictvalues: four bytes first */
    return name_among(r, keys, values);
}

/* 3.11 and later: the object has values, or a dict, or both. */
static uintptr_t name_in_managed(struct zg_python_reader *r, uintptr_t object, uintptr_t type,
                                 uintptr_t flags)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t keys = zg_python_word(r, type + l->type_size + CACHED_KEYS);
    uintptr_t word = zg_python_word(r, object - (extra(l) != 0 ? 8 : 24));

    if (l->version == 0x030b) {
        uintptr_t values = zg_python_word(r, object - 32);

        return values != 0 ? name_among(r, keys, values) : name_in_dict(r, word);
    }
    if (l->version == 0x030c)
        return (word & 1) != 0 ? name_among(r, keys, word + 1) : name_in_dict(r, word);
    if ((flags & INLINE_VALUES) != 0) {
        uintptr_t values = object + zg_python_word(r, type + TYPE_BASIC_SIZE + extra(l));

        if (zg_python_byte(r, values + 3) != 0) /* valid */
            return name_among(r, keys, values + 8);
    }
    return name_in_dict(r, word);
}

static uintptr_t name_of(struct zg_python_reader *r, uintptr_t object)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t type = zg_python_word(r, object + l->object_type);
    uintptr_t flags = zg_python_word(r, type + TYPE_FLAGS + extra(l));
    uintptr_t at;

    if (l->version >= 0x030b && (flags & MANAGED_DICT) != 0)
        return name_in_managed(r, object, type, flags);
    at = zg_python_word(r, type + TYPE_DICT_AT + extra(l));
    if (at == 0 || at > 0x4000)
        return 0;
    return name_in_dict(r, zg_python_word(r, object + at));
}

/* The outermost frame of a Python function. */
static uintptr_t outermost(struct zg_python_reader *r, uintptr_t state)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t frame = zg_python_word(r, state + l->state_frame);
    uintptr_t last = 0;
    uint32_t steps = 0;

    if (l->cframe_frame != ZG_PYTHON_NO_FIELD && frame != 0)
        frame = zg_python_word(r, frame + l->cframe_frame);
    for (; frame != 0 && !r->failed && steps < STEPS; steps++) {
        if (l->frame_owner == ZG_PYTHON_NO_FIELD ||
            zg_python_byte(r, frame + l->frame_owner) < l->owner_not_python)
            last = frame;
        frame = zg_python_word(r, frame + l->frame_back);
    }
    return steps < STEPS ? last : 0;
}

bool zg_python_thread_name(struct zg_walk *walk, uintptr_t state, char *out, size_t cap)
{
    const struct zg_python_layout *l = zg_python.layout;
    struct zg_python_reader r = {.walk = walk};
    uintptr_t frame = outermost(&r, state);
    uintptr_t code = frame != 0 ? zg_python_word(&r, frame + l->frame_code) & ~(uintptr_t)7 : 0;
    struct zg_buf name = zg_buf_on(out, cap);
    uintptr_t text;

    if (code == 0 || zg_python_word(&r, code + l->object_type) != zg_python.code_type)
        return code != 0;
    text = zg_python_word(&r, code + l->code_name);
    if (!is_text(&r, text, l->version < 0x030b ? "_bootstrap" : "Thread._bootstrap"))
        return true;
    text = name_of(&r, zg_python_word(&r, frame + l->frame_locals) & ~(uintptr_t)7);
    if (text != 0 && !r.failed)
        zg_python_text(&r, text, &name);
    while (name.cut && name.len > 0 && (out[name.len - 1] & 0x80) != 0)
        out[--name.len] = '\0'; /* not a part of a character */
    if (r.failed)
        out[0] = '\0';
    return true;
}
