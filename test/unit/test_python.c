/* SPDX-License-Identifier: MPL-2.0 */
/* zg: link -rdynamic */
/*
 * Python frames, read from structures of our own that look like CPython's, of each version: the
 * program exports what a CPython does. What is not as it should be must cost no more than the
 * frames. The real one: test/clients/python_frames.sh.
 */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "host/python.h"
#include "host/python_chain.h"
#include "host/python_layout.h"
#include "host/script.h"
#include "unit/suite.h"

/* The last two are one version, built with the GIL and without. */
static const char *const versions[] = {"3.8.20",  "3.9.2 (x)", "3.10.0",  "3.11.2 (main)",
                                       "3.12.7+", "3.13.5",    "3.14.10", "3.14.10 free-threading"};
static const uint32_t numbers[] = {0x0308, 0x0309, 0x030a, 0x030b, 0x030c, 0x030d, 0x030e, 0x030e};
enum { FIRST_WITH_TABLE = 5, FREE_THREADED = 7 };
static const char *version;
static struct zg_python_layout layout_read;
static const struct zg_python_layout *const layout = &layout_read;

/* The program's part of a CPython. */
typedef uint64_t object[32];
static object state, cframe, frames[3], codes[2], texts[4], tables[2], copies, copy;
char PyCode_Type[8], PyUnicode_Type[8], PyBytes_Type[8];
uint64_t _PyRuntime[96]; /* begins with the table of offsets, from 3.13 on */
const char *Py_GetVersion(void);
void *PyGILState_GetThisThreadState(void);
int PyCode_Addr2Line(void *code, int instruction);
intptr_t PyObject_Hash(void *o);

const char *Py_GetVersion(void)
{
    return version;
}

void *PyGILState_GetThisThreadState(void)
{
    return state;
}

int PyCode_Addr2Line(void *code, int instruction)
{
    return code == codes[0] ? 100 + instruction : -1;
}

static int hashed; /* so often PyObject_Hash() was asked */

#define WORD(o, offset) ((o)[(offset) / 8])
#define HALF(o, offset) (((uint32_t *)(o))[(offset) / 4])
#define TYPE            (layout->object_type)
#define STATE           (layout->text_state)
#define HASH            (layout->text_length + 8) /* of texts and of tables */
#define COMPACT         (1U << 5)
#define ASCII           (1U << 6)

/* Sizes and offsets, in a table of the form that the version has, as wide apart as they fit. */
static void make_offsets(int i)
{
    bool later = numbers[i] >= 0x030e;
    bool free_threaded = i == FREE_THREADED;
    const uint64_t thread[] = {200, 0, 8, 16, 72};
    const uint64_t frame[] = {88, 8, 0, 56, 80, 74, 64, 68};
    const uint64_t code[] = {240, 112, 120, 128, 136, 68, 52, 96, 104, 208, 200};
    const uint64_t type[] = {16, 8};
    const uint64_t type_free[] = {32, 24};
    const uint64_t class[] = {416};
    const uint64_t dict[] = {48, 32, 40};
    const uint64_t bytes[] = {40, 16, 32};
    const uint64_t bytes_free[] = {56, 32, 48};
    const uint64_t text[] = {64, 32, 16, 40};
    const uint64_t text_free[] = {80, 48, 32, 56};

    memset(_PyRuntime, 0xee, sizeof(_PyRuntime));
    memcpy(_PyRuntime, "xdebugpy", 8);
    _PyRuntime[1] = (uint64_t)numbers[i] << 16 | 0x05f0;
    _PyRuntime[2] = free_threaded;
    memcpy(_PyRuntime + (later ? 22 : 19), thread, sizeof(thread));
    memcpy(_PyRuntime + (later ? 31 : 28), frame, later ? sizeof(frame) : sizeof(frame) - 16);
    memcpy(_PyRuntime + (later ? 39 : 34), code, later ? sizeof(code) : sizeof(code) - 8);
    memcpy(_PyRuntime + (later ? 50 : 44), free_threaded ? type_free : type, sizeof(type));
    memcpy(_PyRuntime + (later ? 52 : 46), class, sizeof(class));
    memcpy(_PyRuntime + (later ? 66 : 56), dict, sizeof(dict));
    memcpy(_PyRuntime + (later ? 74 : 64), free_threaded ? bytes_free : bytes, sizeof(bytes));
    memcpy(_PyRuntime + (later ? 77 : 67), free_threaded ? text_free : text, sizeof(text));
}

static void make_text(uint64_t *o, const void *characters, size_t length, unsigned kind, bool ascii)
{
    WORD(o, TYPE) = (uintptr_t)PyUnicode_Type;
    WORD(o, layout->text_length) = length;
    WORD(o, HASH) = UINT64_MAX;
    HALF(o, STATE) = kind << 2 | COMPACT | (ascii ? ASCII : 0);
    memcpy((char *)o + (ascii ? layout->ascii_text : layout->other_text), characters,
           length * kind);
}

static void make_table(uint64_t *o)
{
    WORD(o, TYPE) = (uintptr_t)PyBytes_Type;
    WORD(o, layout->bytes_length) = 11;
    WORD(o, HASH) = UINT64_MAX;
}

/* Kept in the object, as CPython's: two that nobody has touched have the same. */
intptr_t PyObject_Hash(void *object)
{
    uint64_t *o = object;
    uint64_t h = 5381;

    hashed++;
    WORD(o, HASH) = 0;
    for (size_t i = 0; i < sizeof(texts[0]) / sizeof(uint64_t); i++)
        h = h * 33 + o[i] + (o[i] >> 17);
    WORD(o, HASH) = h;
    return (intptr_t)h;
}

static void make_code(uint64_t *o, const uint64_t *name, const uint64_t *file, uint32_t line)
{
    uint64_t *table = tables[o == codes[1]];

    make_table(table);
    WORD(o, layout->code_table) = (uintptr_t)table;
    WORD(o, TYPE) = (uintptr_t)PyCode_Type;
    WORD(o, layout->code_name) = (uintptr_t)name;
    WORD(o, layout->code_file) = (uintptr_t)file;
    HALF(o, layout->code_first_line) = line;
    if (layout->frame_copy != ZG_PYTHON_NO_FIELD) {
        WORD(o, layout->code_copies) = (uintptr_t)copies;
        copies[0] = 2; /* a thread's own copy of the instructions is the second */
        copies[2] = (uintptr_t)copy;
    }
}

static void make_frame(uint64_t *o, const uint64_t *code, const uint64_t *back, int instruction)
{
    /* In 3.14 with a mark of whose reference it is. */
    WORD(o, layout->frame_code) = (uintptr_t)code | (layout->version >= 0x030e ? 1 : 0);
    WORD(o, layout->frame_back) = (uintptr_t)back;
    if (layout->frame_copy != ZG_PYTHON_NO_FIELD) {
        HALF(o, layout->frame_copy) = 1;
        WORD(o, layout->frame_instr) = (uintptr_t)copy + (uintptr_t)instruction;
    } else if (layout->instr_is_index != 0)
        HALF(o, layout->frame_instr) = (uint32_t)(instruction / layout->instr_is_index);
    else
        WORD(o, layout->frame_instr) = (uintptr_t)code + layout->code_instrs + instruction;
}

/* inner() in one file is called by outer() in another, and that by C. */
static void make_all(int i)
{
    version = versions[i];
    make_offsets(i);
    ck_assert(zg_python_layout(numbers[i], (uintptr_t)_PyRuntime, &layout_read));
    make_text(texts[0], "inner", 5, 1, true);
    make_text(texts[1], (const uint16_t[]){0x20ac, '.', 'p', 'y'}, 4, 2, false);
    make_text(texts[2], "outer", 5, 1, true);
    make_text(texts[3], (const uint32_t[]){0x1f40d, '.', 'p', 'y'}, 4, 4, false);
    make_code(codes[0], texts[0], texts[1], 7);
    make_code(codes[1], texts[2], texts[3], 8);
    make_frame(frames[0], codes[0], frames[1], 6);
    make_frame(frames[1], codes[1], frames[2], 6);
    make_frame(frames[2], codes[1], NULL, 6);
    if (layout->frame_owner != ZG_PYTHON_NO_FIELD)
        ((uint8_t *)frames[2])[layout->frame_owner] = layout->owner_not_python;
    else
        WORD(frames[1], layout->frame_back) = 0;
    if (layout->cframe_frame != ZG_PYTHON_NO_FIELD) {
        WORD(state, layout->state_frame) = (uintptr_t)cframe;
        WORD(cframe, layout->cframe_frame) = (uintptr_t)frames[0];
    } else {
        WORD(state, layout->state_frame) = (uintptr_t)frames[0];
    }
    (void)zg_python_look();
}

static struct zg_walk walk;
static bool is_whole;

static const char *frames_read(void)
{
    static char text[1024];
    struct zg_buf out = zg_buf_on(text, sizeof(text));

    memset(&walk, 0, sizeof(walk));
    ck_assert_uint_eq(zg_python_state(), (uintptr_t)state);
    is_whole = zg_python_add_frames(&walk, zg_python_state());
    for (uint32_t i = 0; i < walk.count; i++) {
        const struct zg_script_place *place = zg_script_place(walk.ips[i]);

        zg_buf_format(&out, "%s %s %u\n", place->function, place->file, place->line);
    }
    return text;
}

#define INNER "inner \xe2\x82\xac.py 106\n"
#define OUTER                                                                                      \
    "outer \xf0\x9f\x90\x8d.py 8\n" /* its instruction has no line: its function's first */

START_TEST(frames_of_each_version_are_read)
{
    make_all(_i);
    ck_assert_str_eq(frames_read(), INNER OUTER);
    ck_assert(is_whole);
}
END_TEST

/* Each of these is a change that another chain could show; so is that of a code object which is
 * gone and has a successor at its address, with texts or a table of lines at the addresses of the
 * old. */
static struct zg_python_frame chain[ZG_PYTHON_FRAMES];

static bool holds(void)
{
    return zg_python_chain_holds(zg_python_state(), chain, 2);
}

static void expect_change(void *at, uint32_t bits, const char *what)
{
    ck_assert_msg(holds(), "before: %s", what);
    *(uint32_t *)at ^= bits;
    ck_assert_msg(!holds(), "%s", what);
    *(uint32_t *)at ^= bits;
    ck_assert_msg(holds(), "after: %s", what);
}

static void *in(uint64_t *o, uint32_t offset)
{
    return (char *)o + offset;
}

START_TEST(another_chain_is_told_from_the_same)
{
    make_all(_i);
    (void)frames_read();
    ck_assert_uint_eq(zg_python_chain(zg_python_state(), chain), 2);
    for (int i = 0; i < 2; i++) {
        expect_change(in(frames[i], layout->frame_instr), 4, "instruction");
        expect_change(in(codes[i], layout->code_file), 1 << 12, "file");
        if (layout->code_version != 0)
            continue;
        expect_change(in(codes[i], layout->code_name), 1 << 12, "name");
        expect_change(in(codes[i], layout->code_first_line), 1, "first line");
        expect_change(in(codes[i], layout->code_table), 1 << 12, "table");
    }
    ck_assert(holds());
    WORD(frames[0], layout->frame_code) ^= (uintptr_t)codes[0] ^ (uintptr_t)codes[1];
    ck_assert(!holds());
    WORD(frames[0], layout->frame_code) ^= (uintptr_t)codes[0] ^ (uintptr_t)codes[1];
    ck_assert(!zg_python_chain_holds(zg_python_state(), chain, 1));
    if (layout->frame_owner == ZG_PYTHON_NO_FIELD) {
        WORD(frames[1], layout->frame_back) = (uintptr_t)frames[2];
        ck_assert(!holds());
        WORD(frames[1], layout->frame_back) = 0;
    }
    ck_assert(holds());
    WORD(frames[0], layout->frame_back) = 0;
    ck_assert(!holds());
}
END_TEST

/* Another object at the address: nobody has asked for its hash. */
static void expect_successor(uint64_t *o, uint32_t offset, const char *what)
{
    ck_assert_msg(holds(), "before: %s", what);
    WORD(o, HASH) = UINT64_MAX;
    *((uint8_t *)o + offset) ^= 1;
    ck_assert_msg(!holds(), "%s", what);
    WORD(o, HASH) = UINT64_MAX;
    *((uint8_t *)o + offset) ^= 1;
    ck_assert_msg(holds(), "one that is alike: %s", what);
}

START_TEST(a_successor_at_the_same_addresses_is_told_from_the_code)
{
    make_all(_i);
    (void)frames_read();
    if (layout->code_version != 0) {
        HALF(codes[0], layout->code_version) = 7;
        HALF(codes[1], layout->code_version) = 8;
        ck_assert_uint_eq(zg_python_chain(zg_python_state(), chain), 2);
        expect_change(in(codes[0], layout->code_version), 1, "version");
        HALF(codes[0], layout->code_version) = 0; /* there are no more numbers */
        HALF(codes[1], layout->code_version) = 0;
    }
    ck_assert_uint_eq(zg_python_chain(zg_python_state(), chain), 2);
    expect_successor(texts[0], layout->ascii_text + 4, "letter of the name");
    expect_successor(texts[1], layout->other_text + 4, "letter of the file");
    expect_successor(tables[0], layout->bytes_length + 16U, "byte of the table");
    expect_change(in(texts[3], HASH), 1, "hash of the file");
}
END_TEST

/* CPython is asked for the hash of a str or bytes object once, and for no other object's: that
 * could run code of the program's. */
START_TEST(hashes_are_asked_for_once)
{
    make_all(_i);
    (void)frames_read();
    ck_assert_uint_eq(zg_python_chain(zg_python_state(), chain), 2);
    ck_assert_int_eq(hashed, 6);
    for (int i = 0; i < 9; i++)
        ck_assert(holds());
    ck_assert_int_eq(hashed, 6);
    WORD(tables[1], HASH) = UINT64_MAX;
    WORD(tables[1], TYPE) = (uintptr_t)PyCode_Type;
    ck_assert(!holds());
    ck_assert_uint_eq(zg_python_chain(zg_python_state(), chain), ZG_PYTHON_FRAMES + 1);
    WORD(tables[1], TYPE) = (uintptr_t)PyBytes_Type;
    HALF(texts[0], STATE) &= ~COMPACT;
    WORD(texts[0], HASH) = UINT64_MAX;
    ck_assert(!holds());
    ck_assert_int_eq(hashed, 6);
}
END_TEST

/* The outer frame is not what it should be: the inner one stays, and is not to be remembered. */
static void expect_inner_only(const char *what)
{
    ck_assert_msg(strcmp(frames_read(), INNER) == 0, "%s: %s", what, frames_read());
    ck_assert_msg(!is_whole, "%s", what);
}

static void expect_inner_only_without(uint64_t *text, const char *what)
{
    uint32_t right = HALF(text, STATE);

    WORD(text, TYPE) = (uintptr_t)PyCode_Type;
    expect_inner_only(what);
    WORD(text, TYPE) = (uintptr_t)PyUnicode_Type;
    HALF(text, STATE) = right & ~COMPACT; /* of a subclass: the characters stand elsewhere */
    expect_inner_only(what);
    HALF(text, STATE) = (right & ~(7U << 2)) | 3U << 2; /* characters of three bytes */
    expect_inner_only(what);
    HALF(text, STATE) = right;
    ck_assert_str_eq(frames_read(), INNER OUTER);
}

START_TEST(what_is_not_as_expected_is_left_out)
{
    static uint64_t unaligned[sizeof(object) / 8 + 1];

    make_all(_i);
    expect_inner_only_without(texts[2], "name");
    expect_inner_only_without(texts[3], "file");
    WORD(codes[1], layout->code_file) = 16; /* no memory */
    expect_inner_only("file unmapped");
    memcpy((char *)unaligned + 4, texts[3], sizeof(texts[3]));
    WORD(codes[1], layout->code_file) = (uintptr_t)unaligned + 4;
    expect_inner_only("file unaligned");
    WORD(codes[1], layout->code_file) = (uintptr_t)texts[3];
    WORD(codes[1], TYPE) = (uintptr_t)PyUnicode_Type;
    expect_inner_only("code");
    WORD(codes[1], TYPE) = (uintptr_t)PyCode_Type;
    ck_assert_str_eq(frames_read(), INNER OUTER);
    if (layout->frame_copy != ZG_PYTHON_NO_FIELD) {
        HALF(frames[1], layout->frame_copy) = 2;
        expect_inner_only("copy");
    }
}
END_TEST

/* As many Python frames as are wanted are read, whatever stands between them: from 3.12 on each
 * call from C has a frame of its own. */
START_TEST(frames_of_c_take_no_room)
{
    static object deep[2 * ZG_PYTHON_FRAMES + 2];
    const char *text;
    uint32_t lines = 0;

    make_all(_i);
    for (uint32_t n = 0; n < ZG_COUNT(deep); n++) {
        make_frame(deep[n], codes[0], n + 1 < ZG_COUNT(deep) ? deep[n + 1] : NULL, 6);
        if (layout->frame_owner != ZG_PYTHON_NO_FIELD && n % 2 == 1)
            ((uint8_t *)deep[n])[layout->frame_owner] = layout->owner_not_python;
    }
    WORD(layout->cframe_frame != ZG_PYTHON_NO_FIELD ? cframe : state,
         layout->cframe_frame != ZG_PYTHON_NO_FIELD ? layout->cframe_frame : layout->state_frame) =
        (uintptr_t)deep[0];
    for (text = frames_read(); *text != '\0'; text += strlen(INNER))
        lines += strncmp(text, INNER, strlen(INNER)) == 0;
    ck_assert_uint_eq(lines, ZG_PYTHON_FRAMES);
}
END_TEST

static bool believed(int i)
{
    struct zg_python_layout l;

    return zg_python_layout(numbers[i], (uintptr_t)_PyRuntime, &l);
}

/* No offset is taken from a table that is not wholly as it should be. */
START_TEST(a_table_that_does_not_fit_is_not_believed)
{
    static const struct {
        uint16_t word;
        uint64_t value;
    } wrong[] = {{0, 0}, {1, 0x030c07f0}, {1, 0x030f00f0}, {2, 2}};
    struct zg_python_layout l;
    uint32_t used = 0;

    make_offsets(_i);
    ck_assert(believed(_i));
    ck_assert(!zg_python_layout(numbers[_i], 0, &l));
    ck_assert(!zg_python_layout(numbers[_i], (uintptr_t)_PyRuntime + 4, &l));
    ck_assert(!zg_python_layout(0x030f, (uintptr_t)_PyRuntime, &l));
    for (size_t k = 0; k < ZG_COUNT(wrong); k++) {
        make_offsets(_i);
        _PyRuntime[wrong[k].word] = wrong[k].value;
        ck_assert_msg(!believed(_i), "word %u", wrong[k].word);
    }
    /* A size or offset that cannot be, one at a time: it is noticed, or not used. */
    for (uint32_t word = 3; word < ZG_COUNT(_PyRuntime); word++) {
        make_offsets(_i);
        _PyRuntime[word] = UINT64_MAX;
        used += !believed(_i);
    }
    ck_assert_uint_eq(used, _i == FREE_THREADED ? 29 : 27);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("python");

    /* Each in a process of its own: a Python is found once. */
    tcase_add_loop_test(tc, frames_of_each_version_are_read, 0, ZG_COUNT(versions));
    tcase_add_loop_test(tc, another_chain_is_told_from_the_same, 0, ZG_COUNT(versions));
    tcase_add_loop_test(tc, a_successor_at_the_same_addresses_is_told_from_the_code, 0,
                        ZG_COUNT(versions));
    tcase_add_loop_test(tc, hashes_are_asked_for_once, 0, ZG_COUNT(versions));
    tcase_add_loop_test(tc, what_is_not_as_expected_is_left_out, 0, ZG_COUNT(versions));
    tcase_add_loop_test(tc, frames_of_c_take_no_room, 0, ZG_COUNT(versions));
    tcase_add_loop_test(tc, a_table_that_does_not_fit_is_not_believed, FIRST_WITH_TABLE,
                        ZG_COUNT(versions));
    return run_suite("python", tc);
}
