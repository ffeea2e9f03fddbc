/* SPDX-License-Identifier: MPL-2.0 */
/* Recognising objects that order threads unseen. */
#include "host/opaque.h"

#include <elf.h>

#include "base/arch.h"
#include "base/str.h"
#include "host/elf.h"
#include "host/fork.h"
#include "host/lib.h"
#include "host/objects.h"

enum { UNKNOWN, WRITING, FOUND };

static struct {
    uint32_t state; /* atomic: UNKNOWN, WRITING (somebody is filling in what), FOUND */
    uint64_t seen;  /* atomic: loads seen by the last complete look, plus one; 0 = none */
    char what[256]; /* constant once FOUND */
} opaque;

struct mark {
    const char *text;
    const char *what;
};

#define ZG_OPAQUE_FILE(text, what)
#define ZG_OPAQUE_EXPORT(text, what)
#define ZG_OPAQUE_IMPORT(text, what)
#define ZG_OPAQUE_TEXT(text, what)

static const struct mark files[] = {
#undef ZG_OPAQUE_FILE
#define ZG_OPAQUE_FILE(text, what) {text, what},
#include "host/opaque.def"
#undef ZG_OPAQUE_FILE
#define ZG_OPAQUE_FILE(text, what)
};
static const struct mark exports[] = {
#undef ZG_OPAQUE_EXPORT
#define ZG_OPAQUE_EXPORT(text, what) {text, what},
#include "host/opaque.def"
#undef ZG_OPAQUE_EXPORT
#define ZG_OPAQUE_EXPORT(text, what)
};
static const struct mark imports[] = {
#undef ZG_OPAQUE_IMPORT
#define ZG_OPAQUE_IMPORT(text, what) {text, what},
#include "host/opaque.def"
#undef ZG_OPAQUE_IMPORT
#define ZG_OPAQUE_IMPORT(text, what)
};
static const struct mark texts[] = {
#undef ZG_OPAQUE_TEXT
#define ZG_OPAQUE_TEXT(text, what) {text, what},
#include "host/opaque.def"
};

/* What makes futex calls for itself alone, or for what hooks see. Before glibc 2.34 the C library
 * is several files, whose own names (ld-2.31.so) are seen where a program was started by them. */
static const char *const harmless[] = {
    "ld-linux",    "ld-2.",          "libc.so",     "libc-2.",      "libpthread", "librt.so",
    "librt-2.",    "libanl.so",      "libanl-2.",   "libstdc++.so", "libc++.so",  "libc++abi",
    "libasan.so",  "libtsan.so",     "libubsan.so", "liblsan.so",   "libhwasan",  "libclang_rt.",
    "libtcmalloc", "libmimalloc.so", "linux-vdso.", "libunwind.so"};
/* Sanitizers' runtimes are linked into programs, with futex calls that do not go through libc. Each
 * reads its options from a variable whose name ends so. */
#define SANITIZER "SAN_OPTIONS"

static const char *base_name(const char *path)
{
    const char *name = path;

    for (; *path != '\0'; path++)
        name = *path == '/' ? path + 1 : name;
    return name;
}

struct import {
    const struct zg_elf *elf;
    bool calls_syscall; /* libc's syscall() */
    const char *what;
};

static void look_at_symbol(struct import *in, const ElfW(Sym) * symbol)
{
    const char *name = in->elf->strings + symbol->st_name;

    if (symbol->st_name == 0 || symbol->st_shndx != SHN_UNDEF)
        return;
    if (zg_str_equal(name, "syscall"))
        in->calls_syscall = true;
    for (size_t i = 0; in->what == NULL && i < ZG_COUNT(imports); i++) {
        if (zg_str_matches(imports[i].text, name))
            in->what = imports[i].what;
    }
}

/* Not by the table of symbols, whose length an object without definitions does not tell. */
static void look_at_imports(struct import *in)
{
    const struct zg_elf *elf = in->elf;
    size_t relative = elf->relative_count <= elf->reloc_count ? elf->relative_count : 0;

    for (size_t i = 0; i < elf->plt_reloc_count; i++)
        look_at_symbol(in, &elf->symbols[ELF64_R_SYM(elf->plt_relocs[i].r_info)]);
    for (size_t i = relative; i < elf->reloc_count; i++)
        look_at_symbol(in, &elf->symbols[ELF64_R_SYM(elf->relocs[i].r_info)]);
}

/* The linker leaves the note that holds Go's build id in the program headers' reach. */
static bool has_go_note(const char *note, size_t size)
{
    while (size >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *n = (const ElfW(Nhdr) *)(const void *)note;
        size_t len = sizeof(*n) + ((n->n_namesz + 3) & ~3U) + ((n->n_descsz + 3) & ~3U);

        if (n->n_namesz == 4 && memcmp(n + 1, "Go", 3) == 0)
            return true;
        if (len > size)
            return false;
        note += len;
        size -= len;
    }
    return false;
}

/* Not memchr() and memcmp(): a program's constants lie between red zones when it was built with
 * ASan, whose versions of these end it for reading them (test/cli/tools.sh). */
static const char *text_in(const char *p, size_t size)
{
    for (const char *end = p + size; p < end; p++) {
        if (*p != 'l' && *p != 'G' && *p != 'O') /* what the texts begin with */
            continue;
        for (size_t i = 0; i < ZG_COUNT(texts); i++) {
            if ((size_t)(end - p) >= strlen(texts[i].text) && zg_str_starts(p, texts[i].text))
                return texts[i].what;
        }
    }
    return NULL;
}

/* The program headers stand in the first page of nearly every object. */
static const ElfW(Phdr) * headers_of(const struct zg_object *o, size_t *count)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)o->start;

    *count = 0;
    if (o->start == 0 || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return NULL;
    *count = header->e_phnum;
    return (const ElfW(Phdr) *)(o->start + header->e_phoff);
}

bool zg_opaque_is_go(const struct zg_object *o)
{
    size_t count;
    const ElfW(Phdr) *p = headers_of(o, &count);

    for (; count > 0; count--, p++) {
        if (p->p_type == PT_NOTE && has_go_note((const char *)(o->base + p->p_vaddr), p->p_filesz))
            return true;
    }
    return false;
}

static const char futex_calls[] = "futex calls";

static const char *in_segments(const struct zg_object *o, bool calls_syscall, bool own_calls)
{
    size_t count;
    const ElfW(Phdr) *p = headers_of(o, &count);
    const char *what = NULL;

    for (; what == NULL && count > 0; count--, p++) {
        const char *at = (const char *)(o->base + p->p_vaddr);

        if (p->p_type == PT_NOTE && has_go_note(at, p->p_filesz))
            return "Go";
        if (p->p_type != PT_LOAD || (p->p_flags & (PF_R | PF_W)) != PF_R)
            continue;
        what = text_in(at, p->p_filesz);
        if (what == NULL && (p->p_flags & PF_X) != 0 &&
            zg_arch_has_futex_call((const unsigned char *)at, p->p_filesz, calls_syscall,
                                   own_calls))
            what = futex_calls;
    }
    return what;
}

static const char *by_name(const struct zg_object *o, const struct zg_elf *elf)
{
    for (size_t i = 0; i < ZG_COUNT(files); i++) {
        if (zg_str_starts(base_name(o->path), files[i].text))
            return files[i].what;
    }
    for (size_t i = 0; elf != NULL && i < ZG_COUNT(exports); i++) {
        if (zg_elf_symbol(elf, exports[i].text) != 0)
            return exports[i].what;
    }
    return NULL;
}

static bool is_harmless(const struct zg_object *o)
{
    uintptr_t self = (uintptr_t)&opaque;

    for (size_t i = 0; i < ZG_COUNT(harmless); i++) {
        if (zg_str_starts(base_name(o->path), harmless[i]))
            return true;
    }
    return self - o->start < o->end - o->start || zg_lib_at(o->text_start) != NULL;
}

static bool has_sanitizer(const struct zg_object *o)
{
    size_t count;
    const ElfW(Phdr) *p = headers_of(o, &count);

    for (; count > 0; count--, p++) {
        const char *at = (const char *)(o->base + p->p_vaddr);

        if (p->p_type != PT_LOAD || (p->p_flags & (PF_R | PF_W)) != PF_R)
            continue;
        for (const char *end = at + p->p_filesz; at + sizeof(SANITIZER) <= end; at++) {
            if (*at == 'S' && zg_str_equal(at, SANITIZER))
                return true;
        }
    }
    return false;
}

/* What the object brings that orders threads unseen, or NULL. */
static const char *opaque_in(const struct zg_object *o)
{
    struct zg_elf elf;
    struct import in = {.elf = &elf};
    bool has_symbols = zg_elf_open(&elf, o->base, o->dynamic);
    const char *what;

    if (is_harmless(o))
        return NULL;
    what = by_name(o, has_symbols ? &elf : NULL);
    if (what == NULL && has_symbols)
        look_at_imports(&in);
    if (what == NULL && in.what != NULL)
        what = in.what;
    if (what == NULL)
        what = in_segments(o, in.calls_syscall, true);
    return what == futex_calls && has_sanitizer(o) ? in_segments(o, in.calls_syscall, false) : what;
}

static bool look_at(const struct zg_object *o, void *arg)
{
    const char *what = opaque_in(o);
    uint32_t unknown = UNKNOWN;

    (void)arg;
    if (what == NULL)
        return true;
    if (__atomic_compare_exchange_n(&opaque.state, &unknown, WRITING, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED)) {
        (void)zg_format(opaque.what, sizeof(opaque.what), "%s in %.200s", what, o->path);
        __atomic_store_n(&opaque.state, FOUND, __ATOMIC_RELEASE);
    }
    return false;
}

/* A thread that finds a look going on in another one looks for itself: what was not looked at
 * cannot be called absent. */
const char *zg_opaque_found(void)
{
    uint64_t loads, unloads;

    if (__atomic_load_n(&opaque.state, __ATOMIC_ACQUIRE) == UNKNOWN) {
        (void)zg_objects_refresh();
        zg_objects_counters(&loads, &unloads);
        if (__atomic_load_n(&opaque.seen, __ATOMIC_ACQUIRE) != loads + 1) {
            if (!zg_objects_each(0, look_at, NULL))
                return zg_fork_gate_is_lost() ? "objects that nobody can look at since a fork"
                                              : "objects that nobody can look at for the moment";
            __atomic_store_n(&opaque.seen, loads + 1, __ATOMIC_RELEASE);
        }
    }
    /* Once more: another thread may have found something, and been done, since the first look. */
    switch (__atomic_load_n(&opaque.state, __ATOMIC_ACQUIRE)) {
    case UNKNOWN:
        return NULL;
    case FOUND:
        return opaque.what;
    default:
        return "an object that another thread is looking at";
    }
}
