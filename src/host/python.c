/* SPDX-License-Identifier: MPL-2.0 */
/* Finding CPython and reading its frames. */
#include "host/python.h"

#include "base/str.h"
#include "host/objects.h"
#include "host/python_layout.h"
#include "host/python_read.h"
#include "host/script.h"

struct zg_python zg_python;

/* Written before zg_python.get_thread_state. */
static struct {
    struct zg_python_layout layout;
    int (*line_of)(void *code, int instruction);
} python;

struct frames {
    struct zg_python_reader r;
    uintptr_t frames[ZG_PYTHON_FRAMES];
    uint32_t count;
};

/* Where the instructions begin that the frame's address points into. */
static uintptr_t first_instruction(struct zg_python_reader *r, uintptr_t frame, uintptr_t code)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t copies;
    uint32_t copy;

    if (l->frame_copy == ZG_PYTHON_NO_FIELD)
        return code + l->code_instrs;
    copy = zg_python_int(r, frame + l->frame_copy);
    copies = zg_python_word(r, code + l->code_copies);
    if (copy >= zg_python_word(r, copies))
        r->failed = true;
    return zg_python_word(r, copies + 8 + copy * sizeof(uintptr_t));
}

/* Offset of the instruction that the frame is at, in bytes; -1 before the first. */
static int instruction_of(struct zg_python_reader *r, uintptr_t frame, uintptr_t code)
{
    const struct zg_python_layout *l = zg_python.layout;
    uintptr_t at;
    uintptr_t first;

    if (l->instr_is_index != 0)
        return (int)zg_python_int(r, frame + l->frame_instr) * l->instr_is_index;
    at = zg_python_word(r, frame + l->frame_instr);
    first = first_instruction(r, frame, code);
    return at < first ? -1 : (int)(at - first);
}

static void add_frame(struct frames *f, uintptr_t frame, uintptr_t code)
{
    const struct zg_python_layout *l = zg_python.layout;
    struct zg_python_reader *r = &f->r;
    int instruction = instruction_of(r, frame, code);
    uintptr_t file = zg_python_word(r, code + l->code_file);
    uintptr_t name = zg_python_word(r, code + l->code_name);
    uint32_t line = zg_python_int(r, code + l->code_first_line);
    ZG_BUF(file_text, ZG_SCRIPT_TEXT);
    ZG_BUF(name_text, ZG_SCRIPT_TEXT);

    if (r->failed || zg_python_word(r, code + l->object_type) != zg_python.code_type) {
        r->failed = true;
        return;
    }
    zg_python_text(r, file, &file_text);
    zg_python_text(r, name, &name_text);
    if (r->failed)
        return;
    if (instruction >= 0) {
        int at = python.line_of((void *)code, instruction);

        line = at > 0 ? (uint32_t)at : line;
    }
    f->frames[f->count] = zg_script_intern(name_text.text, file_text.text, line);
    f->count += f->frames[f->count] != 0;
}

static void read_frames(struct frames *f, uintptr_t state)
{
    const struct zg_python_layout *l = zg_python.layout;
    struct zg_python_reader *r = &f->r;
    uintptr_t frame = zg_python_word(r, state + l->state_frame);

    if (l->cframe_frame != ZG_PYTHON_NO_FIELD && frame != 0)
        frame = zg_python_word(r, frame + l->cframe_frame);
    for (uint32_t i = 0, n = 0;
         frame != 0 && !r->failed && n < ZG_PYTHON_FRAMES && i < ZG_PYTHON_STEPS; i++) {
        uintptr_t code = zg_python_word(r, frame + l->frame_code) & ~(uintptr_t)7;

        if (l->frame_owner == ZG_PYTHON_NO_FIELD ||
            zg_python_byte(r, frame + l->frame_owner) < l->owner_not_python) {
            add_frame(f, frame, code);
            n++;
        }
        frame = zg_python_word(r, frame + l->frame_back);
    }
}

bool zg_python_add_frames(struct zg_walk *walk, uintptr_t state)
{
    struct frames f = {.r = {.walk = walk}};
    uint32_t at = 0;
    uint32_t rest;

    read_frames(&f, state);
    while (at < walk->count && !zg_python_contains(walk->ips[at]))
        at++;
    if (at + f.count > ZG_STACK_FRAMES)
        f.count = ZG_STACK_FRAMES - at;
    rest = walk->count - at;
    if (at + f.count + rest > ZG_STACK_FRAMES)
        rest = ZG_STACK_FRAMES - at - f.count;
    memmove(walk->ips + at + f.count, walk->ips + at, rest * sizeof(walk->ips[0]));
    memcpy(walk->ips + at, f.frames, f.count * sizeof(walk->ips[0]));
    walk->count = at + f.count + rest;
    return !f.r.failed;
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
    uintptr_t version, state, line, hash, code, text, bytes, runtime; /* addresses of what we use */
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
    f->hash = zg_elf_symbol(&elf, "PyObject_Hash");
    f->code = zg_elf_symbol(&elf, "PyCode_Type");
    f->text = zg_elf_symbol(&elf, "PyUnicode_Type");
    f->bytes = zg_elf_symbol(&elf, "PyBytes_Type");
    f->runtime = zg_elf_symbol(&elf, "_PyRuntime");
    f->start = object->text_start;
    f->end = object->text_end;
    return false;
}

bool zg_python_look(void)
{
    struct found f = {.version = 0};

    if (zg_python.get_thread_state != NULL)
        return true;
    if (!zg_objects_each(0, look_at, &f))
        return false;
    if (f.version == 0 || f.state == 0 || f.line == 0 || f.hash == 0 || f.code == 0 ||
        f.text == 0 || f.bytes == 0)
        return true;
    if (!zg_python_layout(version_number(((const char *(*)(void))f.version)()), f.runtime,
                          &python.layout))
        return true;
    zg_python.layout = &python.layout;
    python.line_of = (int (*)(void *, int))f.line;
    zg_python.code_type = f.code;
    zg_python.text_type = f.text;
    zg_python.bytes_type = f.bytes;
    zg_python.hash = (intptr_t(*)(void *))f.hash;
    zg_python.text_start = f.start;
    zg_python.text_end = f.end;
    /* Release: pairs with zg_python_state(). */
    __atomic_store_n(&zg_python.get_thread_state, (void *(*)(void))f.state, __ATOMIC_RELEASE);
    return true;
}
