/* SPDX-License-Identifier: MPL-2.0 */
/* What policy=auto means in this process. */
#include "host/runtime.h"

#include <elf.h>
#include <string.h>

#include "base/str.h"
#include "host/elf.h"
#include "host/objects.h"

enum { UNKNOWN, WRITING, FOUND };

static struct {
    uint32_t state;   /* atomic: UNKNOWN, WRITING (somebody is filling in why), FOUND */
    uint64_t scanned; /* atomic: loads seen by the last scan, plus one; 0 = never scanned */
    char why[256];    /* constant once FOUND */
} runtime;

struct mark {
    const char *text;
    const char *name;
};

/* Objects of these names, up to the dot or digit that follows; and what they export. */
static const struct mark machines[] = {
    {"libjvm.so", "the JVM"},
    {"libcoreclr.so", ".NET"},
    {"libclrjit.so", ".NET"},
    {"libmonosgen-2.0.so", ".NET (Mono)"},
    {"libmono-2.0.so", ".NET (Mono)"},
    {"beam.smp", "BEAM"},
    {"libgo.so", "Go"},
};
static const struct mark machine_exports[] = {
    {"JNI_CreateJavaVM", "the JVM"},
    {"coreclr_initialize", ".NET"},
    {"DotNetRuntimeInfo", ".NET"},
    {"enif_send", "BEAM"},
    {"_Py_DecRefShared", "CPython without its global lock"},
};
/* What code refers to that is compiled for them: beginnings of undefined symbols. */
static const struct mark imports[] = {
    {"GOMP_", "OpenMP"},
    {"__kmpc_", "OpenMP"},
    {"_ZN3tbb", "TBB"},
};

/* A Rust program has the paths of its standard library's sources in it, for panics: rustup's
 * begin with /rustc/HASH/, Debian's with /usr/src/rustc-VERSION/. */
static const char rust_path[] = "library/std/src/";

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');

    return slash != NULL ? slash + 1 : path;
}

static const char *machine_in(const struct zg_object *o, const struct zg_elf *elf)
{
    for (size_t i = 0; i < ZG_COUNT(machines); i++) {
        if (zg_str_starts(base_name(o->path), machines[i].text))
            return machines[i].name;
    }
    for (size_t i = 0; elf != NULL && i < ZG_COUNT(machine_exports); i++) {
        if (zg_elf_symbol(elf, machine_exports[i].text) != 0)
            return machine_exports[i].name;
    }
    return NULL;
}

static bool some_begin_so(const struct zg_elf *elf, const ElfW(Rela) * relocs, size_t count,
                          const char *prefix)
{
    for (size_t i = 0; i < count; i++) {
        const ElfW(Sym) *symbol = &elf->symbols[ELF64_R_SYM(relocs[i].r_info)];

        if (symbol->st_name != 0 && symbol->st_shndx == SHN_UNDEF &&
            zg_str_starts(elf->strings + symbol->st_name, prefix))
            return true;
    }
    return false;
}

/* Does the object refer to something of another's that begins so? */
static bool imports_some(const struct zg_elf *elf, const char *prefix)
{
    size_t relative = elf->relative_count <= elf->reloc_count ? elf->relative_count : 0;

    return some_begin_so(elf, elf->plt_relocs, elf->plt_reloc_count, prefix) ||
           some_begin_so(elf, elf->relocs + relative, elf->reloc_count - relative, prefix);
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
static bool contains(const char *p, size_t size, const char *text)
{
    size_t len = strlen(text);

    for (const char *end = p + size; (size_t)(end - p) >= len; p++)
        if (*p == text[0] && zg_str_starts(p, text))
            return true;
    return false;
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

static const char *compiled_into(const struct zg_object *o)
{
    size_t count;
    const ElfW(Phdr) *p = headers_of(o, &count);

    for (; count > 0; count--, p++) {
        const char *at = (const char *)(o->base + p->p_vaddr);

        if (p->p_type == PT_NOTE && has_go_note(at, p->p_filesz))
            return "Go";
        if (p->p_type == PT_LOAD && (p->p_flags & (PF_R | PF_W)) == PF_R &&
            contains(at, p->p_filesz, rust_path))
            return "Rust's standard library";
    }
    return NULL;
}

/* Which opaque runtime the object brings, or NULL. */
static const char *runtime_in(const struct zg_object *o)
{
    struct zg_elf elf;
    bool has_symbols = zg_elf_open(&elf, o->base, o->dynamic);
    const char *name = machine_in(o, has_symbols ? &elf : NULL);

    if (name != NULL || (o->order != 0 && (!has_symbols || !imports_some(&elf, "zmq_"))))
        return name;
    for (size_t i = 0; has_symbols && i < ZG_COUNT(imports); i++) {
        if (imports_some(&elf, imports[i].text))
            return imports[i].name;
    }
    return compiled_into(o);
}

static bool look_at(const struct zg_object *o, void *arg)
{
    const char *name = runtime_in(o);
    uint32_t unknown = UNKNOWN;

    (void)arg;
    if (name == NULL)
        return true;
    if (__atomic_compare_exchange_n(&runtime.state, &unknown, WRITING, false, __ATOMIC_ACQ_REL,
                                    __ATOMIC_RELAXED)) {
        (void)zg_format(runtime.why, sizeof(runtime.why),
                        "policy=auto: %s in %.200s orders threads unseen", name, o->path);
        __atomic_store_n(&runtime.state, FOUND, __ATOMIC_RELEASE);
    }
    return false;
}

enum zg_policy zg_runtime_policy(const char **why)
{
    uint64_t loads, unloads;

    if (why != NULL || __atomic_load_n(&runtime.scanned, __ATOMIC_RELAXED) == 0)
        (void)zg_objects_refresh();
    zg_objects_counters(&loads, &unloads);
    if (__atomic_load_n(&runtime.state, __ATOMIC_ACQUIRE) == UNKNOWN &&
        __atomic_exchange_n(&runtime.scanned, loads + 1, __ATOMIC_RELAXED) != loads + 1)
        zg_objects_each(0, look_at, NULL);
    if (__atomic_load_n(&runtime.state, __ATOMIC_ACQUIRE) == UNKNOWN) {
        if (why != NULL)
            *why = "policy=auto: no runtime with synchronisation of its own";
        return ZG_POLICY_FENCE;
    }
    if (why != NULL)
        *why = __atomic_load_n(&runtime.state, __ATOMIC_ACQUIRE) == FOUND
                   ? runtime.why
                   : "policy=auto: an opaque runtime";
    return ZG_POLICY_OVERLAP;
}
