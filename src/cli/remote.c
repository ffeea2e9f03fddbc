/* SPDX-License-Identifier: MPL-2.0 */
/* /proc/PID/maps, the guard's symbol table, and reads by the kernel. */
#include "cli/remote.h"

#include <errno.h>
#include <gelf.h>
#include <stdlib.h>
#include <string.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/elf.h"
#include "cli/preload.h"

struct mapping {
    uintptr_t start, end;
    uint64_t offset;
    char path[PATH_MAX];
};

/* "START-END PERMISSIONS OFFSET DEVICE INODE /PATH"; false when no file is mapped there. */
static bool parse(char *line, struct mapping *m)
{
    char *path = strchr(line, '/'), *at = line;

    if (path == NULL)
        return false;
    m->start = strtoul(at, &at, 16);
    m->end = *at == '-' ? strtoul(at + 1, &at, 16) : 0;
    at += strspn(at, " ");
    at += strcspn(at, " ");
    m->offset = strtoul(at, &at, 16);
    path[strcspn(path, "\n")] = '\0';
    zg_str_copy(m->path, sizeof(m->path), path);
    return m->end > m->start;
}

static bool next_mapping(FILE *maps, struct mapping *m)
{
    char *line = NULL;
    size_t cap = 0;
    bool found = false;

    while (!found && getline(&line, &cap, maps) > 0)
        found = parse(line, m);
    free(line);
    return found;
}

static FILE *open_maps(pid_t pid)
{
    char *name = zg_cli_format("/proc/%d/maps", (int)pid);
    FILE *maps = fopen(name, "re");

    free(name);
    return maps;
}

const char *zg_remote_open(struct zg_remote *r, pid_t pid)
{
    FILE *maps = open_maps(pid);
    struct mapping m;
    bool any = false;

    *r = (struct zg_remote){.pid = pid};
    if (maps == NULL)
        return errno == ENOENT ? "there is no such process" : strerror(errno);
    while (r->guard_base == 0 && next_mapping(maps, &m)) {
        any = true;
        if (!zg_str_equal(zg_str_last_component(m.path), ZG_PRELOAD_NAME) || m.offset != 0)
            continue;
        r->guard_base = m.start;
        zg_str_copy(r->guard, sizeof(r->guard), m.path);
    }
    fclose(maps);
    if (r->guard_base != 0)
        return NULL;
    return any ? "it does not run under the guard (no " ZG_PRELOAD_NAME " is loaded)"
               : "its memory may not be looked at: another user's, or a process of the kernel's";
}

static uintptr_t find_symbol(Elf *e, const char *name)
{
    for (Elf_Scn *s = elf_nextscn(e, NULL); s != NULL; s = elf_nextscn(e, s)) {
        GElf_Shdr sh;
        Elf_Data *data;
        GElf_Sym sym;

        if (gelf_getshdr(s, &sh) == NULL || sh.sh_type != SHT_DYNSYM || sh.sh_entsize == 0)
            continue;
        data = elf_getdata(s, NULL);
        for (size_t i = 0; data != NULL && i < data->d_size / sh.sh_entsize; i++) {
            const char *text = gelf_getsym(data, (int)i, &sym) == NULL
                                   ? NULL
                                   : elf_strptr(e, sh.sh_link, sym.st_name);

            if (text != NULL && strcmp(text, name) == 0 && sym.st_shndx != SHN_UNDEF)
                return sym.st_value;
        }
    }
    return 0;
}

uintptr_t zg_remote_symbol(const struct zg_remote *r, const char *name)
{
    /* As the process sees it: in a container the path is another one here. */
    char *path = zg_cli_format("/proc/%d/root%s", (int)r->pid, r->guard);
    uintptr_t value = 0;
    int fd;
    Elf *e = zg_elf_begin(path, &fd);

    free(path);
    if (e != NULL)
        value = find_symbol(e, name);
    zg_elf_end(e, fd);
    return value == 0 ? 0 : r->guard_base + value;
}

bool zg_remote_read(const struct zg_remote *r, const void *from, void *to, size_t size)
{
    struct iovec here = {to, size}, there = {(void *)(uintptr_t)from, size};

    return from != NULL && process_vm_readv(r->pid, &here, 1, &there, 1, 0) == (ssize_t)size;
}

/* A program that is loaded where its file says. */
static bool is_fixed(const char *path)
{
    static struct zg_elf elf;
    bool fixed;

    if (zg_elf_read(path, &elf) != 0)
        return false;
    fixed = elf.type == ET_EXEC;
    zg_elf_free(&elf);
    return fixed;
}

bool zg_remote_object(const struct zg_remote *r, uintptr_t address, char path[PATH_MAX],
                      uint64_t *offset)
{
    FILE *maps = open_maps(r->pid);
    struct mapping m, first = {.path = ""};
    bool found = false;

    while (maps != NULL && !found && next_mapping(maps, &m)) {
        if (m.offset == 0)
            first = m;
        found = address - m.start < m.end - m.start && strcmp(first.path, m.path) == 0;
    }
    if (maps != NULL)
        fclose(maps);
    if (!found)
        return false;
    zg_str_copy(path, PATH_MAX, m.path);
    *offset = is_fixed(path) ? address : address - first.start;
    return true;
}
