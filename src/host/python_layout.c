/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Where the fields of CPython's structures are. Up to 3.12 from Include/cpython/{pystate,code,
 * unicodeobject,frameobject}.h and Include/internal/pycore_frame.h of each version. From 3.13 on
 * by the interpreter's own _Py_DebugOffsets, whose form, which is fixed for a minor version, stands
 * in Include/internal/pycore_runtime.h (3.13) and pycore_debug_offsets.h (3.14). Those of the
 * installed one are pinned by test/clients/python_frames.sh.
 */
#include "host/python_layout.h"

#include "base/str.h"

#define NONE ZG_PYTHON_NO_FIELD

/* Fields that all versions up to 3.12 share. */
#define COMMON                                                                                     \
    .object_type = 8, .frame_copy = NONE, .dict_keys = 32, .dict_values = 40, .bytes_length = 16,  \
    .text_length = 16, .text_state = 32
/* Up to 3.10, where frames are objects. */
#define FRAME_OBJECTS                                                                              \
    .state_frame = 24, .cframe_frame = NONE, .frame_code = 32, .frame_back = 24,                   \
    .frame_owner = NONE, .code_file = 104, .code_name = 112, .code_first_line = 40,                \
    .code_table = 120
/* Up to 3.11. */
#define OLD_TEXT .type_size = 408, .ascii_text = 48, .other_text = 72

static const struct zg_python_layout layouts[] = {
    {.version = 0x0308,
     COMMON,
     FRAME_OBJECTS,
     OLD_TEXT,
     .frame_instr = 104,
     .frame_locals = 360,
     .instr_is_index = 1},
    {.version = 0x0309,
     COMMON,
     FRAME_OBJECTS,
     OLD_TEXT,
     .frame_instr = 104,
     .frame_locals = 360,
     .instr_is_index = 1},
    {.version = 0x030a,
     COMMON,
     FRAME_OBJECTS,
     OLD_TEXT,
     .frame_instr = 96,
     .frame_locals = 352,
     .instr_is_index = 2},
    {.version = 0x030b,
     COMMON,
     OLD_TEXT,
     .state_frame = 56,
     .cframe_frame = 8,
     .frame_code = 32,
     .frame_back = 48,
     .frame_instr = 56,
     .frame_owner = NONE,
     .frame_locals = 72,
     .code_file = 112,
     .code_name = 128,
     .code_first_line = 72,
     .code_instrs = 184,
     .code_table = 136},
    {.version = 0x030c,
     COMMON,
     .state_frame = 56,
     .cframe_frame = 0,
     .frame_code = 0,
     .frame_back = 8,
     .frame_instr = 56,
     .frame_owner = 70,
     .frame_locals = 72,
     .owner_not_python = 3, /* FRAME_OWNED_BY_CSTACK */
     .code_file = 112,
     .code_name = 128,
     .code_first_line = 68,
     .code_instrs = 192,
     .code_table = 136,
     .code_version = 92,
     .type_size = 416,
     .ascii_text = 40,
     .other_text = 56},
};

/*
 * _Py_DebugOffsets: words of 64 bits. A magic word, the version as PY_VERSION_HEX, whether the
 * build is free-threaded; then groups, one a structure, of which the first word is the structure's
 * size and the others are offsets in it. Versions add groups, and words at a group's end.
 */
#define MAGIC "xdebugpy"
enum { AT_MAGIC, AT_VERSION, AT_FREE_THREADED };
enum { THREAD_SIZE, THREAD_FRAME = 4 };
enum {
    FRAME_SIZE,
    FRAME_BACK,
    FRAME_CODE,
    FRAME_INSTR,
    FRAME_LOCALS,
    FRAME_OWNER,
    FRAME_COPY = 7 /* since 3.14 */
};
enum {
    CODE_SIZE,
    CODE_FILE,
    CODE_NAME = 3, /* qualified */
    CODE_TABLE,
    CODE_FIRST_LINE,
    CODE_LOCALS = 7, /* their names; the version stands before them */
    CODE_INSTRS = 9,
    CODE_COPIES /* since 3.14 */
};
enum { OBJECT_SIZE, OBJECT_TYPE };
enum { TYPE_SIZE };
enum { DICT_SIZE, DICT_KEYS, DICT_VALUES };
enum { BYTES_SIZE, BYTES_LENGTH };
enum { TEXT_SIZE, TEXT_STATE, TEXT_LENGTH, TEXT_ASCII_SIZE };

/* At which word a version's groups begin. */
struct groups {
    uint32_t version;
    uint8_t thread, frame, code, object, type, dict, bytes, text;
    uint8_t not_python; /* the first owner of a frame that is no Python function's */
};
static const struct groups groups[] = {
    {0x030d, 19, 28, 34, 44, 46, 56, 64, 67, 3}, /* FRAME_OWNED_BY_CSTACK */
    {0x030e, 22, 31, 39, 50, 52, 66, 74, 77, 3}, /* FRAME_OWNED_BY_INTERPRETER, and the C stack 4 */
};

/* A structure's field, which must lie in it; or its size. */
static uint16_t field(const uint64_t *group, unsigned which, bool *wrong)
{
    uint64_t size = group[0];

    if (size == 0 || size > 0x4000 || group[which] > size || (group[which] == size && which != 0)) {
        *wrong = true;
        return NONE;
    }
    return (uint16_t)group[which];
}

/* The table is believed when all of it fits together: see field(). */
static bool read_offsets(const uint64_t *table, const struct groups *g,
                         struct zg_python_layout *layout)
{
    bool copies = g->version >= 0x030e && table[AT_FREE_THREADED] != 0;
    const uint64_t *text = table + g->text;
    bool wrong = memcmp(table, MAGIC, 8) != 0 || table[AT_VERSION] >> 16 != g->version ||
                 table[AT_FREE_THREADED] > 1 || text[TEXT_ASCII_SIZE] > text[TEXT_SIZE];

    *layout = (struct zg_python_layout){
        .version = g->version,
        .object_type = field(table + g->object, OBJECT_TYPE, &wrong),
        .state_frame = field(table + g->thread, THREAD_FRAME, &wrong),
        .cframe_frame = NONE,
        .frame_code = field(table + g->frame, FRAME_CODE, &wrong),
        .frame_back = field(table + g->frame, FRAME_BACK, &wrong),
        .frame_instr = field(table + g->frame, FRAME_INSTR, &wrong),
        .frame_owner = field(table + g->frame, FRAME_OWNER, &wrong),
        .frame_copy = copies ? field(table + g->frame, FRAME_COPY, &wrong) : NONE,
        .frame_locals = field(table + g->frame, FRAME_LOCALS, &wrong),
        .owner_not_python = g->not_python,
        .code_file = field(table + g->code, CODE_FILE, &wrong),
        .code_name = field(table + g->code, CODE_NAME, &wrong),
        .code_first_line = field(table + g->code, CODE_FIRST_LINE, &wrong),
        .code_instrs = field(table + g->code, CODE_INSTRS, &wrong),
        .code_table = field(table + g->code, CODE_TABLE, &wrong),
        .code_version = (uint16_t)(field(table + g->code, CODE_LOCALS, &wrong) - 4),
        .code_copies = copies ? field(table + g->code, CODE_COPIES, &wrong) : NONE,
        .type_size = field(table + g->type, TYPE_SIZE, &wrong),
        .dict_keys = field(table + g->dict, DICT_KEYS, &wrong),
        .dict_values = field(table + g->dict, DICT_VALUES, &wrong),
        .bytes_length = field(table + g->bytes, BYTES_LENGTH, &wrong),
        .text_length = field(text, TEXT_LENGTH, &wrong),
        .text_state = field(text, TEXT_STATE, &wrong),
        .ascii_text = (uint16_t)text[TEXT_ASCII_SIZE],
        /* PyCompactUnicodeObject: the length and address of its UTF-8 follow. */
        .other_text = (uint16_t)(text[TEXT_ASCII_SIZE] + 16),
    };
    return !wrong;
}

bool zg_python_layout(uint32_t version, uintptr_t runtime, struct zg_python_layout *layout)
{
    for (size_t i = 0; i < ZG_COUNT(layouts); i++)
        if (layouts[i].version == version) {
            *layout = layouts[i];
            return true;
        }
    for (size_t i = 0; i < ZG_COUNT(groups) && runtime != 0 && runtime % 8 == 0; i++)
        if (groups[i].version == version)
            return read_offsets((const uint64_t *)runtime, &groups[i], layout);
    return false;
}
