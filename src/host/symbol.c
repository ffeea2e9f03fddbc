/* SPDX-License-Identifier: MPL-2.0 */
/* Looking functions up in .symtab and .dynsym. */
#include "host/symbol.h"

#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"

#define SECTIONS_MAX 4096
#define SEGMENTS_MAX 64
#define SYMBOLS_MAX  ((uint64_t)4 << 20)
#define NOTES_MAX    1024 /* bytes of a note segment that are looked at */
#define NAME_MAX_LEN 1024
#define PIECE        128 /* symbols, or words of a hash table, read at a time */
#define HEADERS      8   /* headers read at a time */
#define DYNAMIC_MAX  256 /* entries of a dynamic section */
#define MEMORY       (-1)
#define SIZELESS     1 /* rank of a symbol that says no size */

/* The best symbol so far for an address, in the object's own numbering. */
struct best {
    uint64_t address;
    ElfW(Sym) symbol;
    uint32_t rank;     /* 0 = none yet */
    uint64_t end;      /* the highest end of what begins at or before the address */
    uint64_t names_at; /* file offset of the string table that its name is in */
    uint64_t names_len;
};

struct file {
    int fd; /* MEMORY: offsets are addresses of this process */
    ElfW(Ehdr) header;
};

static bool read_at(int fd, uint64_t at, void *to, size_t len)
{
    char *p = to;

    if (fd == MEMORY)
        return zg_sys_peek(at, to, len);
    while (len > 0) {
        long n = zg_sys4(SYS_pread64, fd, p, len, at);

        if (n <= 0)
            return false;
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

/* A symbol that says its size and covers the address is better than one of hand-written code that
 * merely comes before it; then a global name is better than a local one. */
static uint32_t rank_of(const ElfW(Sym) * s, uint64_t address)
{
    unsigned type = ELF64_ST_TYPE(s->st_info);
    unsigned binding = ELF64_ST_BIND(s->st_info);

    if (s->st_shndx == SHN_UNDEF || s->st_name == 0 || s->st_value > address)
        return 0;
    if (type != STT_FUNC && type != STT_GNU_IFUNC && type != STT_NOTYPE)
        return 0;
    if (s->st_size == 0)
        return SIZELESS;
    if (address - s->st_value >= s->st_size)
        return 0;
    return binding == STB_GLOBAL ? 4 : binding == STB_WEAK ? 3 : 2;
}

static void note_end(struct best *best, const ElfW(Sym) * s)
{
    unsigned type = ELF64_ST_TYPE(s->st_info);
    uint64_t end = s->st_value + s->st_size;

    if (s->st_shndx == SHN_UNDEF || s->st_shndx >= SHN_LORESERVE || s->st_value > best->address)
        return;
    if ((type <= STT_FUNC || type == STT_GNU_IFUNC) && end > best->end)
        best->end = end;
}

static bool consider(struct best *best, const ElfW(Sym) * s)
{
    uint32_t rank = rank_of(s, best->address);

    note_end(best, s);
    if (rank == 0 || rank < best->rank ||
        (rank == best->rank && s->st_value <= best->symbol.st_value))
        return false;
    best->symbol = *s;
    best->rank = rank;
    return true;
}

static void search_table(struct best *best, const struct file *f, const ElfW(Shdr) * table,
                         const ElfW(Shdr) * names)
{
    uint64_t count = table->sh_size / sizeof(ElfW(Sym));
    ElfW(Sym) piece[PIECE];

    if (count > SYMBOLS_MAX)
        count = SYMBOLS_MAX;
    for (uint64_t i = 0; i < count; i += PIECE) {
        uint64_t n = count - i < PIECE ? count - i : PIECE;

        if (!read_at(f->fd, table->sh_offset + i * sizeof(piece[0]), piece, n * sizeof(piece[0])))
            return;
        for (uint64_t j = 0; j < n; j++) {
            if (!consider(best, &piece[j]))
                continue;
            best->names_at = names->sh_offset;
            best->names_len = names->sh_size;
        }
    }
}

static bool read_section(const struct file *f, uint32_t index, ElfW(Shdr) * section)
{
    return index < f->header.e_shnum &&
           read_at(f->fd, f->header.e_shoff + (uint64_t)index * sizeof(*section), section,
                   sizeof(*section));
}

/* Headers [i, …) of a table of `count`: how many there are in this piece; 0 when they cannot be
 * read. */
static uint32_t read_headers(const struct file *f, uint64_t at, uint32_t i, uint32_t count,
                             size_t size, void *piece)
{
    uint32_t n = count - i < HEADERS ? count - i : HEADERS;

    return read_at(f->fd, at + (uint64_t)i * size, piece, n * size) ? n : 0;
}

static void search_section(struct best *best, const struct file *f, const ElfW(Shdr) * table)
{
    ElfW(Shdr) names;

    if ((table->sh_type == SHT_SYMTAB || table->sh_type == SHT_DYNSYM) &&
        table->sh_entsize == sizeof(ElfW(Sym)) && read_section(f, table->sh_link, &names))
        search_table(best, f, table, &names);
}

static void search_file(struct best *best, const struct file *f)
{
    uint32_t count = f->header.e_shnum < SECTIONS_MAX ? f->header.e_shnum : SECTIONS_MAX;
    ElfW(Shdr) piece[HEADERS];
    uint32_t n;

    if (f->header.e_shentsize != sizeof(piece[0]))
        return;
    for (uint32_t i = 0; i < count; i += n) {
        n = read_headers(f, f->header.e_shoff, i, count, sizeof(piece[0]), piece);
        if (n == 0)
            return;
        for (uint32_t j = 0; j < n; j++)
            search_section(best, f, &piece[j]);
    }
}

/* Does a note segment hold this build-id? */
static bool has_build_id(const struct file *f, const ElfW(Phdr) * p, const struct zg_object *object)
{
    char notes[NOTES_MAX];
    size_t len = p->p_filesz < sizeof(notes) ? p->p_filesz : sizeof(notes);
    size_t at = 0;

    if (!read_at(f->fd, p->p_offset, notes, len))
        return false;
    while (at + sizeof(ElfW(Nhdr)) <= len) {
        ElfW(Nhdr) note;
        size_t name = at + sizeof(note);
        size_t desc;

        memcpy(&note, notes + at, sizeof(note));
        if (note.n_namesz > NOTES_MAX || note.n_descsz > NOTES_MAX)
            return false;
        desc = name + ((note.n_namesz + 3) & ~3U);
        at = desc + ((note.n_descsz + 3) & ~3U);
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == sizeof("GNU") && at <= len &&
            memcmp(notes + name, "GNU", sizeof("GNU")) == 0)
            return note.n_descsz == object->build_id_len &&
                   memcmp(notes + desc, object->build_id, note.n_descsz) == 0;
    }
    return false;
}

/* Without a build-id the executable segment must at least be where it is in memory. */
static bool is_same_text(const ElfW(Phdr) * p, const struct zg_object *object)
{
    uintptr_t start = object->base + p->p_vaddr;

    return p->p_type == PT_LOAD && (p->p_flags & PF_X) != 0 && start >= object->text_start &&
           start + p->p_memsz <= object->text_end + 4096;
}

static bool is_sign(const struct file *f, const ElfW(Phdr) * p, const struct zg_object *object)
{
    if (object->build_id_len == 0)
        return is_same_text(p, object);
    return p->p_type == PT_NOTE && has_build_id(f, p, object);
}

/* Is the file the one that was loaded? An upgrade replaces it under the running program. */
static bool is_the_loaded(const struct file *f, const struct zg_object *object)
{
    uint32_t count = f->header.e_phnum < SEGMENTS_MAX ? f->header.e_phnum : SEGMENTS_MAX;
    ElfW(Phdr) piece[HEADERS];
    uint32_t n;

    for (uint32_t i = 0; i < count; i += n) {
        n = read_headers(f, f->header.e_phoff, i, count, sizeof(piece[0]), piece);
        if (n == 0)
            return false;
        for (uint32_t j = 0; j < n; j++) {
            if (is_sign(f, &piece[j], object))
                return true;
        }
    }
    return false;
}

static bool open_path(struct file *f, const struct zg_object *object, const char *path)
{
    f->fd = zg_sys_open(path, O_RDONLY, 0);
    if (f->fd < 0)
        return false;
    if (read_at(f->fd, 0, &f->header, sizeof(f->header)) &&
        memcmp(f->header.e_ident, ELFMAG, SELFMAG) == 0 &&
        f->header.e_ident[EI_CLASS] == ELFCLASS64 && f->header.e_phentsize == sizeof(ElfW(Phdr)) &&
        is_the_loaded(f, object))
        return true;
    zg_sys_close(f->fd);
    return false;
}

/* The program's own link leads to it even when it was moved or deleted. */
static bool open_file(struct file *f, const struct zg_object *object)
{
    return (object->order == 0 && open_path(f, object, "/proc/self/exe")) ||
           open_path(f, object, object->path);
}

int zg_symbol_open(const struct zg_object *object)
{
    struct file f;

    return open_file(&f, object) ? f.fd : -1;
}

int zg_symbol_open_path(const struct zg_object *object, const char *path)
{
    struct file f;

    return object->build_id_len != 0 && open_path(&f, object, path) ? f.fd : -1;
}

static bool take_name(const struct best *best, int fd, char *name, size_t cap)
{
    char text[NAME_MAX_LEN] = "";
    uint64_t left;

    if (best->rank == 0 || best->symbol.st_name >= best->names_len)
        return false;
    /* One without a size ends where another begins: crtstuff.c's frame_dummy is not the name of all
     * that has none. */
    if (best->rank == SIZELESS && best->symbol.st_value < best->end)
        return false;
    left = best->names_len - best->symbol.st_name;
    if (left > sizeof(text) - 1)
        left = sizeof(text) - 1;
    if (read_at(fd, best->names_at + best->symbol.st_name, text, left))
        text[left] = '\0';
    return zg_str_copy(name, cap, text) > 0;
}

static bool find_in_file(const struct zg_object *object, struct best *best, char *name, size_t cap)
{
    struct file f;
    bool found;

    if (object->path[0] != '/' || !open_file(&f, object))
        return false;
    search_file(best, &f);
    found = take_name(best, f.fd, name, cap);
    zg_sys_close(f.fd);
    return found;
}

/* The highest number in a piece of DT_GNU_HASH's buckets. */
static bool read_buckets(uint64_t at, uint32_t count, uint32_t *last)
{
    uint32_t piece[PIECE];

    for (uint32_t i = 0; i < count; i += PIECE) {
        uint32_t n = count - i < PIECE ? count - i : PIECE;

        if (!zg_sys_peek(at + (uint64_t)i * sizeof(piece[0]), piece, n * sizeof(piece[0])))
            return false;
        for (uint32_t j = 0; j < n; j++)
            *last = piece[j] > *last ? piece[j] : *last;
    }
    return true;
}

/* Symbols in DT_SYMTAB by DT_GNU_HASH (see zg_elf_symbol_count()); 0 when it cannot be read. */
static uint64_t count_gnu(uint64_t table)
{
    uint32_t head[4]; /* buckets, first symbol, words of the bloom filter, its shift */
    uint32_t last = 0;
    uint64_t chains;
    uint32_t chain = 0;

    if (!zg_sys_peek(table, head, sizeof(head)))
        return 0;
    chains = table + sizeof(head) + head[2] * sizeof(ElfW(Addr)) + head[0] * sizeof(last);
    if (head[0] > SYMBOLS_MAX || !read_buckets(chains - head[0] * sizeof(last), head[0], &last))
        return 0;
    if (last < head[1])
        return head[1];
    while ((chain & 1) == 0 && last < SYMBOLS_MAX) {
        if (!zg_sys_peek(chains + (uint64_t)(last - head[1]) * sizeof(chain), &chain,
                         sizeof(chain)))
            return 0;
        last++;
    }
    return last;
}

/* Addresses of what the dynamic section names, 0 where it does not. */
struct mapped {
    uint64_t symbols, strings, strings_size, gnu_hash, sysv_hash;
};

/* Symbols in DT_SYMTAB; 0 when that cannot be known. */
static uint64_t count_symbols(const struct mapped *m)
{
    uint32_t head[2] = {0}; /* of DT_HASH: buckets, and chains, of which each symbol has one */

    if (m->sysv_hash != 0)
        return zg_sys_peek(m->sysv_hash, head, sizeof(head)) ? head[1] : 0;
    return m->gnu_hash != 0 ? count_gnu(m->gnu_hash) : 0;
}

static uint64_t *entry_of(struct mapped *m, int64_t tag)
{
    switch (tag) {
    case DT_SYMTAB:
        return &m->symbols;
    case DT_STRTAB:
        return &m->strings;
    case DT_GNU_HASH:
        return &m->gnu_hash;
    case DT_HASH:
        return &m->sysv_hash;
    default:
        return NULL;
    }
}

static bool read_dynamic(const struct zg_object *object, struct mapped *m)
{
    ElfW(Dyn) d = {.d_tag = DT_NULL};

    for (uint32_t i = 0; i < DYNAMIC_MAX; i++) {
        uint64_t *entry;

        if (!zg_sys_peek((uintptr_t)&object->dynamic[i], &d, sizeof(d)))
            return false;
        if (d.d_tag == DT_NULL)
            break;
        if (d.d_tag == DT_STRSZ)
            m->strings_size = d.d_un.d_val;
        entry = entry_of(m, d.d_tag);
        if (entry != NULL) /* relocated by glibc, but in the vDSO */
            *entry = d.d_un.d_ptr + (d.d_un.d_ptr < object->base ? object->base : 0);
    }
    return m->symbols != 0 && m->strings != 0;
}

/*
 * What the loader mapped, which may be unmapped at any time: the loader's list lock would keep it
 * there, but the report lock is held here (base/lock.h). So everything is copied before it is
 * believed.
 */
static bool find_in_memory(const struct zg_object *object, struct best *best, char *name,
                           size_t cap)
{
    static const struct file memory = {.fd = MEMORY};
    struct mapped m = {.symbols = 0};
    ElfW(Shdr) table = {.sh_entsize = sizeof(ElfW(Sym))};
    ElfW(Shdr) names = {.sh_offset = 0};

    if (!read_dynamic(object, &m))
        return false;
    table.sh_offset = m.symbols;
    table.sh_size = count_symbols(&m) * sizeof(ElfW(Sym));
    names.sh_offset = m.strings;
    names.sh_size = m.strings_size;
    search_table(best, &memory, &table, &names);
    return take_name(best, MEMORY, name, cap);
}

bool zg_symbol_at(const struct zg_object *object, uintptr_t pc, char *name, size_t cap,
                  uint64_t *offset)
{
    struct best best = {.address = pc - object->base};

    name[0] = '\0';
    if (!find_in_file(object, &best, name, cap)) {
        best.rank = 0;
        if (!find_in_memory(object, &best, name, cap))
            return false;
    }
    *offset = best.address - best.symbol.st_value;
    return true;
}
