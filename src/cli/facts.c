/* SPDX-License-Identifier: MPL-2.0 */
/* Reads from an object's symbols and strings what decides whether a preload can see its calls. */
#include "cli/facts.h"

#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/elf.h"

static void take_symbol(struct zg_object_facts *f, const char *name, const GElf_Sym *sym,
                        bool dynamic)
{
    bool defined = sym->st_shndx != SHN_UNDEF;

    if (strcmp(name, "rust_eh_personality") == 0)
        f->runtime = "Rust";
    if (defined && strcmp(name, "zmq_ctx_new") == 0) {
        f->defines_zmq |= dynamic;
        f->hides_zmq |= !dynamic;
    }
    if (defined && dynamic && GELF_ST_TYPE(sym->st_info) == STT_FUNC &&
        GELF_ST_BIND(sym->st_info) == STB_GLOBAL && !zg_str_starts(name, "zmq_") &&
        !zg_str_starts(name, "_") && strcmp(name, "PyInit_libzmq") != 0)
        f->exports_more = true; /* as host/lib_exports.c sees it */
    if (defined || !dynamic)
        return;
    f->zmq_imports += zg_str_starts(name, "zmq_");
    f->imports_dlopen |= strcmp(name, "dlopen") == 0;
    f->imports_dlmopen |= strcmp(name, "dlmopen") == 0;
}

static void read_symbols(Elf *e, Elf_Scn *scn, const GElf_Shdr *sh, struct zg_object_facts *f)
{
    Elf_Data *data = elf_getdata(scn, NULL);
    GElf_Sym sym;

    if (data == NULL || sh->sh_entsize == 0)
        return;
    for (size_t i = 0; i < data->d_size / sh->sh_entsize; i++) {
        const char *name;

        if (gelf_getsym(data, (int)i, &sym) == NULL)
            continue;
        name = elf_strptr(e, sh->sh_link, sym.st_name);
        if (name != NULL)
            take_symbol(f, name, &sym, sh->sh_type == SHT_DYNSYM);
    }
}

static void read_sections(Elf *e, struct zg_object_facts *f)
{
    size_t names = 0;

    elf_getshdrstrndx(e, &names);
    for (Elf_Scn *s = elf_nextscn(e, NULL); s != NULL; s = elf_nextscn(e, s)) {
        GElf_Shdr sh;
        const char *name;

        if (gelf_getshdr(s, &sh) == NULL)
            continue;
        name = elf_strptr(e, names, sh.sh_name);
        if (name != NULL &&
            (strcmp(name, ".note.go.buildid") == 0 || strcmp(name, ".go.buildinfo") == 0))
            f->runtime = "Go";
        if (sh.sh_type == SHT_DYNSYM || sh.sh_type == SHT_SYMTAB)
            read_symbols(e, s, &sh, f);
    }
}

/* The names of libzmq's threads and of its ZAP endpoint, which a stripped libzmq has too. A program
 * may contain one of them for reasons of its own, but hardly both. */
static bool has_zmq_texts(Elf *e)
{
    size_t size;
    const char *raw = elf_rawfile(e, &size);

    return raw != NULL && memmem(raw, size, "ZMQbg", 5) != NULL &&
           memmem(raw, size, "inproc://zeromq.zap.01", 22) != NULL;
}

static void read_object(Elf *e, struct zg_object_facts *f)
{
    if (elf_kind(e) != ELF_K_ELF)
        return;
    read_sections(e, f);
    f->hides_zmq |= has_zmq_texts(e);
    if (f->defines_zmq)
        f->hides_zmq = false;
}

int zg_object_facts(const char *path, struct zg_object_facts *f)
{
    int fd;
    Elf *e = zg_elf_begin(path, &fd);

    memset(f, 0, sizeof(*f));
    if (e != NULL)
        read_object(e, f);
    zg_elf_end(e, fd);
    return e != NULL ? 0 : fd < 0 ? -ZG_ENOENT : -ZG_EINVAL;
}
