/* SPDX-License-Identifier: MPL-2.0 */
/* Finding CPython and reading its frames. */
#include "host/python.h"

#include "base/str.h"
#include "host/objects.h"
#include "host/python_layout.h"
#include "host/script.h"

#define IS_COMPACT (1u << 5)

struct zg_python zg_python;

/* Written before zg_python.get_thread_state. */
static struct {
    struct zg_python_layout layout;
    int (*line_of)(void *code, int instruction);
    uintptr_t code_type;
    uintptr_t text_type;
} python;

struct reader {
    struct zg_walk *walk;
    bool failed; /* something could not be read or is not what it should be */
    uintptr_t frames[ZG_PYTHON_FRAMES];
    uint32_t count;
};

static uintptr_t word_at(struct reader *r, uintptr_t addr)
{
    uintptr_t value = 0;

    if (r->failed || addr % 8 != 0 || !zg_walk_read(r->walk, addr, &value)) {
        r->failed = true;
        return 0;
    }
    return value;
}

static uint32_t int_at(struct reader *r, uintptr_t addr)
{
    uintptr_t word = word_at(r, addr & ~(uintptr_t)7);

    return (uint32_t)(addr % 8 != 0 ? word >> 32 : word);
}

static unsigned byte_at(struct reader *r, uintptr_t addr)
{
    return (unsigned)(word_at(r, addr & ~(uintptr_t)7) >> addr % 8 * 8) & 0xff;
}

static uint32_t character_at(struct reader *r, uintptr_t addr, unsigned kind)
{
    uint32_t c = 0;

    for (unsigned i = 0; i < kind; i++)
        c |= (uint32_t)byte_at(r, addr + i) << 8 * i;
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

static void read_text(struct reader *r, uintptr_t object, struct zg_buf *out)
{
    const struct zg_python_layout *l = zg_python.layout;
    uint32_t state = int_at(r, object + l->text_state);
    uintptr_t length = word_at(r, object + l->text_length);
    unsigned kind = zg_python_kind(state);
    uintptr_t text = object;

    if (word_at(r, object + l->object_type) != python.text_type || (state & IS_COMPACT) == 0 ||
        (kind != 1 && kind != 2 && kind != 4))
        r->failed = true;
    text += zg_python_is_ascii(state) ? l->ascii_text : l->other_text;
    for (uintptr_t i = 0; i < length && !r->failed && !out->cut; i++) {
        uint32_t c = character_at(r, text + i * kind, kind);

        put_utf8(out, c != 0 ? c : '?');
    }
}

/* Where the instructions begin that the frame's address points into. */
static uintptr_t first_instruction(struct reader *r, uintptr_t frame, uintptr_t code)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t copies;
    uint32_t copy;

    if (l->frame_copy == ZG_PYTHON_NO_FIELD)
        return code + l->code_instrs;
    copy = int_at(r, frame + l->frame_copy);
    copies = word_at(r, code + l->code_copies);
    if (copy >= word_at(r, copies))
        r->failed = true;
    return word_at(r, copies + 8 + copy * sizeof(uintptr_t));
}

/* Offset of the instruction that the frame is at, in bytes; -1 before the first. */
static int instruction_of(struct reader *r, uintptr_t frame, uintptr_t code)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t at;
    uintptr_t first;

    if (l->instr_is_index != 0)
        return (int)int_at(r, frame + l->frame_instr) * l->instr_is_index;
    at = word_at(r, frame + l->frame_instr);
    first = first_instruction(r, frame, code);
    return at < first ? -1 : (int)(at - first);
}

static void add_frame(struct reader *r, uintptr_t frame, uintptr_t code)
{
    const struct zg_python_layout *l = zg_python.layout;
    int instruction = instruction_of(r, frame, code);
    uintptr_t file = word_at(r, code + l->code_file);
    uintptr_t name = word_at(r, code + l->code_name);
    uint32_t line = int_at(r, code + l->code_first_line);
    ZG_BUF(file_text, ZG_SCRIPT_TEXT);
    ZG_BUF(name_text, ZG_SCRIPT_TEXT);

    if (r->failed || word_at(r, code + l->object_type) != python.code_type) {
        r->failed = true;
        return;
    }
    read_text(r, file, &file_text);
    read_text(r, name, &name_text);
    if (r->failed)
        return;
    if (instruction >= 0) {
        int at = python.line_of((void *)code, instruction);

        line = at > 0 ? (uint32_t)at : line;
    }
    r->frames[r->count] = zg_script_intern(name_text.text, file_text.text, line);
    r->count += r->frames[r->count] != 0;
}

static void read_frames(struct reader *r, uintptr_t state)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t frame = word_at(r, state + l->state_frame);

    if (l->cframe_frame != ZG_PYTHON_NO_FIELD && frame != 0)
        frame = word_at(r, frame + l->cframe_frame);
    for (uint32_t i = 0, n = 0;
         frame != 0 && !r->failed && n < ZG_PYTHON_FRAMES && i < ZG_PYTHON_STEPS; i++) {
        uintptr_t code = word_at(r, frame + l->frame_code) & ~(uintptr_t)7;

        if (l->frame_owner == ZG_PYTHON_NO_FIELD ||
            byte_at(r, frame + l->frame_owner) < l->owner_not_python) {
            add_frame(r, frame, code);
            n++;
        }
        frame = word_at(r, frame + l->frame_back);
    }
}

bool zg_python_add_frames(struct zg_walk *walk, uintptr_t state)
{
    struct reader r = {.walk = walk};
    uint32_t at = 0;
    uint32_t rest;

    read_frames(&r, state);
    while (at < walk->count && !zg_python_contains(walk->ips[at]))
        at++;
    if (at + r.count > ZG_STACK_FRAMES)
        r.count = ZG_STACK_FRAMES - at;
    rest = walk->count - at;
    if (at + r.count + rest > ZG_STACK_FRAMES)
        rest = ZG_STACK_FRAMES - at - r.count;
    memmove(walk->ips + at + r.count, walk->ips + at, rest * sizeof(walk->ips[0]));
    memcpy(walk->ips + at, r.frames, r.count * sizeof(walk->ips[0]));
    walk->count = at + r.count + rest;
    return !r.failed;
}

/* "3.11.2 (main, …)" → 0x030b */
static uint32_t version_number(const char *text)
{
    uint32_t minor = 0;

    if (text[0] != '3' || text[1] != '.')
        return 0;
    for (text += 2; *text >= '0' && *text <= '9' && minor < 100; text++)
        minor = minor * 10 + (uint32_t)(*text - '0');
    return 0x0300 | minor;
}

/* What one object has; published when it is all there. */
struct found {
    uintptr_t version, state, line, code, text, runtime; /* addresses of what we use */
    uintptr_t start, end;
};

static bool look_at(const struct zg_object *object, void *arg)
{
    struct found *f = arg;
    struct zg_elf elf;

    if (!zg_elf_open(&elf, object->base, object->dynamic))
        return true;
    f->version = zg_elf_symbol(&elf, "Py_GetVersion");
    if (f->version == 0)
        return true;
    f->state = zg_elf_symbol(&elf, "PyGILState_GetThisThreadState");
    f->line = zg_elf_symbol(&elf, "PyCode_Addr2Line");
    f->code = zg_elf_symbol(&elf, "PyCode_Type");
    f->text = zg_elf_symbol(&elf, "PyUnicode_Type");
    f->runtime = zg_elf_symbol(&elf, "_PyRuntime");
    f->start = object->text_start;
    f->end = object->text_end;
    return false;
}

void zg_python_look(void)
{
    struct found f = {.version = 0};

    if (zg_python.get_thread_state != NULL)
        return;
    zg_objects_each(0, look_at, &f);
    if (f.version == 0 || f.state == 0 || f.line == 0 || f.code == 0 || f.text == 0)
        return;
    if (!zg_python_layout(version_number(((const char *(*)(void))f.version)()), f.runtime,
                          &python.layout))
        return;
    zg_python.layout = &python.layout;
    python.line_of = (int (*)(void *, int))f.line;
    python.code_type = f.code;
    python.text_type = f.text;
    zg_python.text_start = f.start;
    zg_python.text_end = f.end;
    /* Release: pairs with zg_python_state(). */
    __atomic_store_n(&zg_python.get_thread_state, (void *(*)(void))f.state, __ATOMIC_RELEASE);
}
