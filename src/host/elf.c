/* SPDX-License-Identifier: MPL-2.0 */
/* Reading a mapped ELF object: symbols by DT_GNU_HASH or DT_HASH, versions, relocations. */
#include "host/elf.h"

#include "base/arch.h"
#include "base/str.h"

#define HIDDEN_VERSION 0x8000U

/* glibc relocates the pointers of a dynamic section in place, other loaders and the vDSO do not. */
static const void *pointer(const struct zg_elf *elf, ElfW(Addr) value)
{
    return (const void *)(value < elf->base ? value + elf->base : value);
}

static void read_entry(struct zg_elf *elf, const ElfW(Dyn) * d)
{
    const void *p = pointer(elf, d->d_un.d_ptr);

    switch (d->d_tag) {
    case DT_SYMTAB:
        elf->symbols = p;
        break;
    case DT_STRTAB:
        elf->strings = p;
        break;
    case DT_GNU_HASH:
        elf->gnu_hash = p;
        break;
    case DT_HASH:
        elf->sysv_hash = p;
        break;
    case DT_VERSYM:
        elf->versions = p;
        break;
    case DT_VERDEF:
        elf->version_defs = p;
        break;
    case DT_VERDEFNUM:
        elf->version_def_count = (uint32_t)d->d_un.d_val;
        break;
    case DT_JMPREL:
        elf->plt_relocs = p;
        break;
    case DT_PLTRELSZ:
        elf->plt_reloc_count = d->d_un.d_val / sizeof(ElfW(Rela));
        break;
    case DT_RELA:
        elf->relocs = p;
        break;
    case DT_RELASZ:
        elf->reloc_count = d->d_un.d_val / sizeof(ElfW(Rela));
        break;
    case DT_RELACOUNT:
        elf->relative_count = d->d_un.d_val;
        break;
    case DT_RPATH:
        elf->has_rpath = true;
        break;
    case DT_RUNPATH:
        elf->has_runpath = true;
        break;
    default:
        break;
    }
}

bool zg_elf_open(struct zg_elf *elf, uintptr_t base, const ElfW(Dyn) * dynamic)
{
    *elf = (struct zg_elf){.base = base};
    if (dynamic == NULL)
        return false;
    for (const ElfW(Dyn) *d = dynamic; d->d_tag != DT_NULL; d++)
        read_entry(elf, d);
    elf->has_rpath = elf->has_rpath && !elf->has_runpath; /* ld.so(8): RUNPATH silences RPATH */
    return elf->symbols != NULL && elf->strings != NULL &&
           (elf->gnu_hash != NULL || elf->sysv_hash != NULL);
}

/* Bernstein's, as DT_GNU_HASH uses it. */
uint32_t zg_elf_hash(const char *name)
{
    uint32_t h = 5381;

    for (const unsigned char *s = (const unsigned char *)name; *s != '\0'; s++)
        h = h * 33 + *s;
    return h;
}

/* The System V ABI's, for DT_HASH. */
static uint32_t sysv_hash(const char *name)
{
    uint32_t h = 0;

    for (const unsigned char *s = (const unsigned char *)name; *s != '\0'; s++) {
        h = (h << 4) + *s;
        h = (h ^ ((h >> 24) & 0xf0)) & 0x0fffffff;
    }
    return h;
}

static const char *version_name(const struct zg_elf *elf, uint32_t index)
{
    const char *at = (const char *)elf->version_defs;

    for (uint32_t i = 0; at != NULL && i < elf->version_def_count; i++) {
        const ElfW(Verdef) *def = (const ElfW(Verdef) *)at;
        const ElfW(Verdaux) *aux = (const ElfW(Verdaux) *)(at + def->vd_aux);

        if (def->vd_ndx == index)
            return elf->strings + aux->vda_name;
        if (def->vd_next == 0)
            return NULL;
        at += def->vd_next;
    }
    return NULL;
}

static bool version_fits(const struct zg_elf *elf, uint32_t symbol, const char *version)
{
    uint32_t index;
    const char *name;

    if (elf->versions == NULL)
        return true;
    index = elf->versions[symbol];
    if (version == NULL)
        return (index & HIDDEN_VERSION) == 0;
    name = version_name(elf, index & ~HIDDEN_VERSION);
    return name != NULL ? zg_str_equal(name, version) : (index & HIDDEN_VERSION) == 0;
}

/* The symbol's address when it is the definition that is asked for, else 0. */
static uintptr_t matches(const struct zg_elf *elf, uint32_t i, const char *name,
                         const char *version)
{
    const ElfW(Sym) *s = &elf->symbols[i];
    unsigned type = ELF64_ST_TYPE(s->st_info);
    unsigned bind = ELF64_ST_BIND(s->st_info);

    if (s->st_shndx == SHN_UNDEF || s->st_value == 0)
        return 0;
    if (bind != STB_GLOBAL && bind != STB_WEAK && bind != STB_GNU_UNIQUE)
        return 0;
    if (type != STT_FUNC && type != STT_OBJECT && type != STT_NOTYPE)
        return 0;
    if (!zg_str_equal(elf->strings + s->st_name, name) || !version_fits(elf, i, version))
        return 0;
    return elf->base + s->st_value;
}

/* The layout of DT_GNU_HASH. */
struct gnu_table {
    uint32_t bucket_count, first, bloom_words, bloom_shift;
    const ElfW(Addr) * bloom;
    const uint32_t *buckets;
    const uint32_t *chains; /* chains[i - first] belongs to symbol i */
};

static struct gnu_table gnu_open(const uint32_t *words)
{
    struct gnu_table t = {
        .bucket_count = words[0],
        .first = words[1],
        .bloom_words = words[2],
        .bloom_shift = words[3],
        .bloom = (const ElfW(Addr) *)(const void *)(words + 4),
    };

    t.buckets = (const uint32_t *)(const void *)(t.bloom + t.bloom_words);
    t.chains = t.buckets + t.bucket_count;
    return t;
}

static uintptr_t find_gnu(const struct zg_elf *elf, const char *name, uint32_t hash,
                          const char *version)
{
    const uint32_t bits = 8 * sizeof(ElfW(Addr));
    struct gnu_table t = gnu_open(elf->gnu_hash);
    ElfW(Addr) word, mask;

    if (t.bucket_count == 0 || t.bloom_words == 0)
        return 0;
    word = t.bloom[(hash / bits) & (t.bloom_words - 1)];
    mask = ((ElfW(Addr))1 << (hash % bits)) | ((ElfW(Addr))1 << ((hash >> t.bloom_shift) % bits));
    if ((word & mask) != mask)
        return 0;
    for (uint32_t i = t.buckets[hash % t.bucket_count]; i >= t.first; i++) {
        uint32_t chain = t.chains[i - t.first];
        uintptr_t found = (chain | 1) == (hash | 1) ? matches(elf, i, name, version) : 0;

        if (found != 0)
            return found;
        if (chain & 1)
            break;
    }
    return 0;
}

static uintptr_t find_sysv(const struct zg_elf *elf, const char *name, const char *version)
{
    const uint32_t *h = elf->sysv_hash;
    const uint32_t *buckets = h + 2;
    const uint32_t *chains = buckets + h[0];

    if (h[0] == 0)
        return 0;
    for (uint32_t i = buckets[sysv_hash(name) % h[0]]; i != 0 && i < h[1]; i = chains[i]) {
        uintptr_t found = matches(elf, i, name, version);

        if (found != 0)
            return found;
    }
    return 0;
}

uintptr_t zg_elf_find(const struct zg_elf *elf, const char *name, uint32_t hash,
                      const char *version)
{
    if (elf->gnu_hash != NULL)
        return find_gnu(elf, name, hash, version);
    return find_sysv(elf, name, version);
}

uintptr_t zg_elf_symbol(const struct zg_elf *elf, const char *name)
{
    return zg_elf_find(elf, name, zg_elf_hash(name), NULL);
}

uint32_t zg_elf_symbol_count(const struct zg_elf *elf)
{
    struct gnu_table t;
    uint32_t last = 0;

    if (elf->sysv_hash != NULL)
        return elf->sysv_hash[1];
    t = gnu_open(elf->gnu_hash);
    for (uint32_t b = 0; b < t.bucket_count; b++)
        last = t.buckets[b] > last ? t.buckets[b] : last;
    if (last < t.first)
        return t.first;
    while ((t.chains[last - t.first] & 1) == 0)
        last++;
    return last + 1;
}

static bool is_symbol_reloc(const ElfW(Rela) * r)
{
    switch (ELF64_R_TYPE(r->r_info)) {
    case ZG_ARCH_RELOC_JUMP_SLOT:
    case ZG_ARCH_RELOC_GLOB_DAT:
        return true;
    case ZG_ARCH_RELOC_ADDRESS:
        return r->r_addend == 0;
    default:
        return false;
    }
}

static bool any_of(const struct zg_elf *elf, const ElfW(Rela) * relocs, size_t count,
                   zg_elf_slot_visitor *visit, const void *arg)
{
    for (size_t i = 0; relocs != NULL && i < count; i++)
        if (is_symbol_reloc(&relocs[i]) && visit(elf, &relocs[i], arg))
            return true;
    return false;
}

bool zg_elf_any_slot(const struct zg_elf *elf, zg_elf_slot_visitor *visit, const void *arg)
{
    size_t skip = elf->relative_count < elf->reloc_count ? elf->relative_count : 0;

    return any_of(elf, elf->plt_relocs, elf->plt_reloc_count, visit, arg) ||
           (elf->relocs != NULL &&
            any_of(elf, elf->relocs + skip, elf->reloc_count - skip, visit, arg));
}

const ElfW(Sym) * zg_elf_slot_symbol(const struct zg_elf *elf, const ElfW(Rela) * reloc)
{
    return &elf->symbols[ELF64_R_SYM(reloc->r_info)];
}

const char *zg_elf_slot_name(const struct zg_elf *elf, const ElfW(Rela) * reloc)
{
    return elf->strings + zg_elf_slot_symbol(elf, reloc)->st_name;
}
