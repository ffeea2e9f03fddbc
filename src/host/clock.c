/* SPDX-License-Identifier: MPL-2.0 */
/* Finding clock_gettime() in the kernel's vDSO. */
#include "host/clock.h"

#include <sys/auxv.h>

#include "base/arch.h"
#include "base/sys.h"
#include "host/elf.h"

static const ElfW(Phdr) * header_of(uintptr_t image, uint32_t type)
{
    const ElfW(Ehdr) *eh = (const ElfW(Ehdr) *)image;
    const ElfW(Phdr) *ph = (const ElfW(Phdr) *)(image + eh->e_phoff);

    for (size_t i = 0; i < eh->e_phnum; i++)
        if (ph[i].p_type == type)
            return &ph[i];
    return NULL;
}

void zg_clock_init(void)
{
    uintptr_t image = getauxval(AT_SYSINFO_EHDR);
    const ElfW(Phdr) *load = image != 0 ? header_of(image, PT_LOAD) : NULL;
    const ElfW(Phdr) *dynamic = image != 0 ? header_of(image, PT_DYNAMIC) : NULL;
    struct zg_elf elf;
    uintptr_t base;
    uintptr_t found;

    if (load == NULL || dynamic == NULL)
        return;
    base = image + load->p_offset - load->p_vaddr;
    if (!zg_elf_open(&elf, base, (const ElfW(Dyn) *)(base + dynamic->p_vaddr)))
        return;
    found = zg_elf_symbol(&elf, ZG_ARCH_VDSO_CLOCK);
    if (found != 0)
        __atomic_store_n(&zg_sys_clock, (zg_sys_clock_fn *)found, __ATOMIC_RELAXED);
}
