/* SPDX-License-Identifier: MPL-2.0 */
/* Finding an object by an address, without the loader's lock. */
#include "host/find_object.h"

#include <string.h>
#include <sys/auxv.h>

#include "host/libc.h"

#define HEADER_PAGE ((uintptr_t)4096)

/* glibc's struct dl_find_object (dlfcn.h), which older ones lack. */
struct found {
    unsigned long long flags;
    uintptr_t start, end;
    const struct link_map *map;
    void *eh_frame;
    unsigned long long reserved[16]; /* of the 7 that there are */
};

bool zg_find_object_works(void)
{
    return zg_libc._dl_find_object != NULL;
}

/* The program's need not be mapped with the beginning of its file. */
static bool is_program(const struct found *found, struct dl_phdr_info *info)
{
    uintptr_t headers = getauxval(AT_PHDR);

    if (headers < found->start || headers >= found->end)
        return false;
    info->dlpi_phdr = (const ElfW(Phdr) *)headers;
    info->dlpi_phnum = (ElfW(Half))getauxval(AT_PHNUM);
    return true;
}

static bool has_header(const struct found *found, struct dl_phdr_info *info)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)found->start;

    if (found->end - found->start < HEADER_PAGE || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0 ||
        header->e_phentsize != sizeof(ElfW(Phdr)) || header->e_phoff > HEADER_PAGE ||
        header->e_phnum > (HEADER_PAGE - header->e_phoff) / sizeof(ElfW(Phdr)))
        return false;
    info->dlpi_phdr = (const ElfW(Phdr) *)(found->start + header->e_phoff);
    info->dlpi_phnum = header->e_phnum;
    return true;
}

bool zg_find_object(uintptr_t address, struct dl_phdr_info *info)
{
    struct found found;

    if (zg_libc._dl_find_object((void *)address, &found) != 0)
        return false;
    memset(info, 0, sizeof(*info));
    info->dlpi_addr = found.map->l_addr;
    info->dlpi_name = found.map->l_name;
    return is_program(&found, info) || has_header(&found, info);
}
