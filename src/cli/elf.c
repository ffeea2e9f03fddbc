/* SPDX-License-Identifier: MPL-2.0 */
/* Reads what matters of an ELF file: who loads it, for which machine, what it needs. */
#include "cli/elf.h"

#include <errno.h>
#include <fcntl.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"

static void read_interpreter(Elf *e, const GElf_Phdr *ph, struct zg_elf *out)
{
    size_t size;
    const char *raw = elf_rawfile(e, &size);

    if (raw == NULL || ph->p_offset > size || ph->p_filesz > size - ph->p_offset)
        return;
    zg_str_copy(out->interpreter, sizeof(out->interpreter),
                strndupa(raw + ph->p_offset, ph->p_filesz));
}

static void add_needed(struct zg_elf *out, const char *name)
{
    out->needed = zg_cli_grow(out->needed, out->needed_count + 1, sizeof(*out->needed));
    out->needed[out->needed_count++] = zg_cli_copy(name);
}

static void read_entry(Elf *e, size_t strings, const GElf_Dyn *dyn, struct zg_elf *out)
{
    const char *text;

    if (dyn->d_tag == DT_FLAGS_1)
        out->is_pie = (dyn->d_un.d_val & DF_1_PIE) != 0;
    if (dyn->d_tag != DT_NEEDED && dyn->d_tag != DT_SONAME && dyn->d_tag != DT_RUNPATH &&
        dyn->d_tag != DT_RPATH)
        return;
    text = elf_strptr(e, strings, dyn->d_un.d_val);
    if (text == NULL)
        return;
    if (dyn->d_tag == DT_NEEDED)
        add_needed(out, text);
    else if (dyn->d_tag == DT_SONAME)
        zg_str_copy(out->soname, sizeof(out->soname), text);
    else if (dyn->d_tag == DT_RUNPATH || out->runpath[0] == '\0')
        zg_str_copy(out->runpath, sizeof(out->runpath), text);
}

/* By section: a file whose section headers were cut off (sstrip) shows no NEEDED, and no harm
 * comes of that. */
static void read_dynamic(Elf *e, struct zg_elf *out)
{
    for (Elf_Scn *s = elf_nextscn(e, NULL); s != NULL; s = elf_nextscn(e, s)) {
        GElf_Shdr sh;
        Elf_Data *data;
        GElf_Dyn dyn;

        if (gelf_getshdr(s, &sh) == NULL || sh.sh_type != SHT_DYNAMIC || sh.sh_entsize == 0)
            continue;
        data = elf_getdata(s, NULL);
        for (size_t i = 0; data != NULL && i < data->d_size / sh.sh_entsize; i++)
            if (gelf_getdyn(data, (int)i, &dyn) != NULL)
                read_entry(e, sh.sh_link, &dyn, out);
    }
}

static int read_headers(Elf *e, struct zg_elf *out)
{
    GElf_Ehdr eh;
    size_t count, size = 0;

    (void)elf_rawfile(e, &size);
    if (elf_kind(e) != ELF_K_ELF || gelf_getehdr(e, &eh) == NULL || elf_getphdrnum(e, &count) != 0)
        return -ZG_EINVAL;
    out->machine = eh.e_machine;
    out->class = eh.e_ident[EI_CLASS];
    out->type = eh.e_type;
    for (size_t i = 0; i < count; i++) {
        GElf_Phdr ph;

        if (gelf_getphdr(e, (int)i, &ph) == NULL)
            continue;
        if (ph.p_type == PT_INTERP)
            read_interpreter(e, &ph, out);
        out->has_dynamic |= ph.p_type == PT_DYNAMIC;
        out->is_cut |=
            ph.p_type == PT_LOAD && (ph.p_offset > size || ph.p_filesz > size - ph.p_offset);
    }
    read_dynamic(e, out);
    return 0;
}

Elf *zg_elf_begin(const char *path, int *fd)
{
    elf_version(EV_CURRENT);
    /* A FIFO without a writer would wait. */
    *fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return *fd >= 0 ? elf_begin(*fd, ELF_C_READ, NULL) : NULL;
}

void zg_elf_end(Elf *e, int fd)
{
    elf_end(e);
    if (fd >= 0)
        close(fd);
}

int zg_elf_read(const char *path, struct zg_elf *elf)
{
    int fd, rc = -ZG_EINVAL;
    Elf *e;

    memset(elf, 0, sizeof(*elf));
    e = zg_elf_begin(path, &fd);
    if (fd < 0)
        return -ZG_ENOENT;
    if (e != NULL)
        rc = read_headers(e, elf);
    zg_elf_end(e, fd);
    return rc;
}

void zg_elf_free(struct zg_elf *elf)
{
    for (size_t i = 0; i < elf->needed_count; i++)
        free(elf->needed[i]);
    free(elf->needed);
    elf->needed = NULL;
    elf->needed_count = 0;
}

bool zg_elf_is_static(const struct zg_elf *elf)
{
    /* The loader itself (ld-linux-x86-64.so.2 prog) has no interpreter either, but a name. */
    return elf->interpreter[0] == '\0' && !zg_str_starts(elf->soname, "ld-linux");
}

bool zg_elf_is_musl(const struct zg_elf *elf)
{
    return strstr(elf->interpreter, "/ld-musl-") != NULL;
}

const char *zg_elf_machine_name(const struct zg_elf *elf)
{
    static const struct {
        unsigned machine, class;
        const char *name;
    } names[] = {
        {EM_X86_64, ELFCLASS64, "x86-64"}, {EM_X86_64, ELFCLASS32, "x32"},
        {EM_386, ELFCLASS32, "i386"},      {EM_AARCH64, ELFCLASS64, "aarch64"},
        {EM_ARM, ELFCLASS32, "arm"},       {EM_RISCV, ELFCLASS64, "riscv64"},
        {EM_PPC64, ELFCLASS64, "ppc64"},   {EM_S390, ELFCLASS64, "s390x"},
    };

    for (size_t i = 0; i < ZG_COUNT(names); i++)
        if (names[i].machine == elf->machine && names[i].class == elf->class)
            return names[i].name;
    return elf->class == ELFCLASS32 ? "another 32-bit machine" : "another machine";
}
