/* SPDX-License-Identifier: MPL-2.0 */
/* Finding the global locks of interpreters. */
#include "host/interpreter.h"

#include "base/str.h"
#include "host/elf.h"
#include "host/objects.h"

struct zg_interpreter zg_interpreter;

static void note(uintptr_t *start, uintptr_t *size, uintptr_t at, uintptr_t bytes)
{
    __atomic_store_n(start, at, __ATOMIC_RELAXED);
    __atomic_store_n(size, bytes, __ATOMIC_RELEASE);
}

static uint64_t size_of(const struct zg_elf *elf, const char *name)
{
    uint32_t count = zg_elf_symbol_count(elf);

    for (uint32_t i = 1; i < count; i++) {
        const ElfW(Sym) *s = &elf->symbols[i];

        if (s->st_shndx != SHN_UNDEF && zg_str_equal(elf->strings + s->st_name, name))
            return s->st_size;
    }
    return 0;
}

/* From the first to the last of CPython's functions: a program that contains it has others. */
static void note_code(const struct zg_elf *elf)
{
    uint32_t count = zg_elf_symbol_count(elf);
    uintptr_t first = UINTPTR_MAX, end = 0;

    for (uint32_t i = 1; i < count; i++) {
        const ElfW(Sym) *s = &elf->symbols[i];
        const char *name = elf->strings + s->st_name;
        uintptr_t at = elf->base + s->st_value;

        if (s->st_shndx == SHN_UNDEF || ELF64_ST_TYPE(s->st_info) != STT_FUNC ||
            !zg_str_starts(name + (name[0] == '_'), "Py"))
            continue;
        first = at < first ? at : first;
        end = at + s->st_size > end ? at + s->st_size : end;
    }
    if (first < end)
        note(&zg_interpreter.code, &zg_interpreter.code_size, first, end - first);
}

static bool look_at(const struct zg_object *o, void *unused)
{
    struct zg_interpreter *found = &zg_interpreter;
    struct zg_elf elf;
    uintptr_t at;

    (void)unused;
    if (!zg_elf_open(&elf, o->base, o->dynamic))
        return true;
    at = found->python_size == 0 ? zg_elf_symbol(&elf, "_PyRuntime") : 0;
    if (at != 0) {
        if (zg_elf_symbol(&elf, "Py_NewInterpreterFromConfig") != 0)
            note_code(&elf);
        note(&found->python, &found->python_size, at, size_of(&elf, "_PyRuntime"));
    }
    if (found->ruby_size == 0 && zg_elf_symbol(&elf, "rb_thread_call_without_gvl") != 0)
        note(&found->ruby, &found->ruby_size, o->text_start, o->text_end - o->text_start);
    return true;
}

bool zg_interpreter_look(void)
{
    return zg_objects_each(0, look_at, NULL);
}
