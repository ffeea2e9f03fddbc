/* SPDX-License-Identifier: MPL-2.0 */
/* What the program headers of a loaded object say: extent, code, RELRO, build-id. */
#include <elf.h>

#include "base/str.h"
#include "host/libc.h"
#include "host/objects.h"

#define PAGE ((uintptr_t)4096)

static void read_notes(struct zg_object *o, const char *at, size_t size)
{
    const char *end = at + size;

    while ((size_t)(end - at) >= sizeof(ElfW(Nhdr))) {
        const ElfW(Nhdr) *note = (const ElfW(Nhdr) *)(const void *)at;
        const char *name = at + sizeof(*note);
        const char *desc = name + ((note->n_namesz + 3U) & ~3U);

        if (desc > end || note->n_descsz > (size_t)(end - desc))
            return;
        if (note->n_type == NT_GNU_BUILD_ID && note->n_namesz == 4 && memcmp(name, "GNU", 4) == 0) {
            o->build_id_len = note->n_descsz < ZG_BUILD_ID_MAX ? note->n_descsz : ZG_BUILD_ID_MAX;
            memcpy(o->build_id, desc, o->build_id_len);
            return;
        }
        at = desc + ((note->n_descsz + 3U) & ~3U);
        if (at > end)
            return;
    }
}

static void widen(uintptr_t *start, uintptr_t *end, uintptr_t from, uintptr_t to)
{
    *start = *end == 0 || from < *start ? from : *start;
    *end = to > *end ? to : *end;
}

static void describe_segment(struct zg_object *o, const ElfW(Phdr) * p)
{
    uintptr_t from = o->base + p->p_vaddr;
    uintptr_t to = from + p->p_memsz;

    switch (p->p_type) {
    case PT_LOAD:
        widen(&o->start, &o->end, from & ~(PAGE - 1), (to + PAGE - 1) & ~(PAGE - 1));
        if (p->p_flags & PF_X)
            widen(&o->text_start, &o->text_end, from, to);
        break;
    case PT_DYNAMIC:
        o->dynamic = (const ElfW(Dyn) *)from;
        break;
    case PT_GNU_RELRO:
        o->relro_start = from;
        o->relro_end = to;
        break;
    case PT_NOTE:
        if (o->build_id_len == 0)
            read_notes(o, (const char *)from, p->p_filesz);
        break;
    default:
        break;
    }
}

void zg_object_read_segments(struct zg_object *o, const ElfW(Phdr) * phdr, size_t count)
{
    for (size_t i = 0; i < count; i++)
        describe_segment(o, &phdr[i]);
}

void zg_objects_iterate(int (*visit)(struct dl_phdr_info *info, size_t size, void *arg), void *arg)
{
    /* By name only while libc was not looked through: that is done in this way where the guard's
     * namespace is not the program's. */
    if (zg_libc_own.dl_iterate_phdr != NULL)
        (void)zg_libc_own.dl_iterate_phdr(visit, arg);
    else
        (void)dl_iterate_phdr(visit, arg);
}
