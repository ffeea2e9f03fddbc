/* SPDX-License-Identifier: MPL-2.0 */
/* Reading symbol tables and code of an ELF file. */
#include "host/symbol_file.h"

#include "base/str.h"
#include "base/sys.h"

#define SECTIONS_MAX 4096
#define SYMBOLS_MAX  ((uint64_t)4 << 20)
#define STRINGS_MAX  ((uint64_t)512 << 20)
#define PIECE        65536 /* bytes of names looked through at a time */

static bool read_at(int fd, uint64_t at, void *to, size_t len)
{
    char *p = to;

    while (len > 0) {
        long n = zg_sys4(SYS_pread64, fd, p, len, at);

        if (n == -4 /* EINTR */)
            continue;
        if (n <= 0)
            return false;
        p += n;
        at += (uint64_t)n;
        len -= (size_t)n;
    }
    return true;
}

static bool read_header(int fd, ElfW(Ehdr) * header)
{
    return read_at(fd, 0, header, sizeof(*header)) &&
           memcmp(header->e_ident, ELFMAG, SELFMAG) == 0 &&
           header->e_ident[EI_CLASS] == ELFCLASS64 && header->e_ident[EI_DATA] == ELFDATA2LSB;
}

static void take_segment(struct zg_symbol_text *text, const ElfW(Phdr) * p)
{
    if (p->p_type != PT_LOAD || (p->p_flags & PF_X) == 0 || text->count == ZG_TEXT_SEGMENTS ||
        p->p_vaddr + p->p_filesz < p->p_vaddr)
        return;
    text->of[text->count].start = p->p_vaddr;
    text->of[text->count].end = p->p_vaddr + p->p_filesz;
    text->of[text->count++].offset = p->p_offset;
}

int zg_symbol_segments_read(int fd, ElfW(Phdr) segments[ZG_SYMBOL_SEGMENTS])
{
    ElfW(Ehdr) header;
    uint32_t count;

    if (!read_header(fd, &header) || header.e_phentsize != sizeof(segments[0]))
        return -ZG_EINVAL;
    count = header.e_phnum < ZG_SYMBOL_SEGMENTS ? header.e_phnum : ZG_SYMBOL_SEGMENTS;
    return read_at(fd, header.e_phoff, segments, count * sizeof(segments[0])) ? (int)count
                                                                              : -ZG_EINVAL;
}

int zg_symbol_text_read(int fd, struct zg_symbol_text *text)
{
    ElfW(Phdr) segments[ZG_SYMBOL_SEGMENTS];
    int count = zg_symbol_segments_read(fd, segments);

    text->count = 0;
    for (int i = 0; i < count; i++)
        take_segment(text, &segments[i]);
    return count < 0 ? count : 0;
}

bool zg_symbol_text_covers(const struct zg_symbol_text *text, uint64_t start, uint64_t end)
{
    for (uint32_t i = 0; i < text->count; i++)
        if (start >= text->of[i].start && end <= text->of[i].end && start <= end)
            return true;
    return false;
}

int zg_symbol_text_bytes(int fd, const struct zg_symbol_text *text, uint64_t address, void *bytes,
                         size_t len)
{
    for (uint32_t i = 0; i < text->count; i++) {
        uint64_t into = address - text->of[i].start;

        if (address >= text->of[i].start && address < text->of[i].end &&
            len <= text->of[i].end - address)
            return read_at(fd, text->of[i].offset + into, bytes, len) ? 0 : -ZG_EINVAL;
    }
    return -ZG_EINVAL;
}

static bool read_section(int fd, const ElfW(Ehdr) * header, uint32_t i, ElfW(Shdr) * section)
{
    return i < header->e_shnum && i < SECTIONS_MAX && header->e_shentsize == sizeof(*section) &&
           read_at(fd, header->e_shoff + (uint64_t)i * sizeof(*section), section, sizeof(*section));
}

static int find_table(int fd, uint32_t type, ElfW(Shdr) * symbols, ElfW(Shdr) * strings)
{
    ElfW(Ehdr) header;

    if (!read_header(fd, &header))
        return -ZG_EINVAL;
    for (uint32_t i = 0; read_section(fd, &header, i, symbols); i++) {
        if (symbols->sh_type != type)
            continue;
        if (symbols->sh_entsize != sizeof(ElfW(Sym)) ||
            !read_section(fd, &header, symbols->sh_link, strings) ||
            strings->sh_type != SHT_STRTAB || strings->sh_size > STRINGS_MAX ||
            symbols->sh_size / sizeof(ElfW(Sym)) > SYMBOLS_MAX)
            return -ZG_EINVAL;
        return 0;
    }
    return -ZG_ENOENT;
}

static bool contains(const char *text, size_t len, const char *name, size_t name_len)
{
    const char *end = text + len;

    while ((size_t)(end - text) >= name_len) {
        const char *at = memchr(text, name[0], (size_t)(end - text) - name_len + 1);

        if (at == NULL)
            return false;
        if (memcmp(at, name, name_len) == 0)
            return true;
        text = at + 1;
    }
    return false;
}

/* Do the names hold this one, with its NUL? Pieces overlap by its length. */
static bool names_hold(int fd, const ElfW(Shdr) * strings, const char *name)
{
    size_t len = strlen(name) + 1;
    char *piece = zg_sys_map(PIECE);
    uint64_t at = 0;
    bool found = false;

    while (piece != NULL && !found && at + len <= strings->sh_size) {
        uint64_t left = strings->sh_size - at;
        size_t n = left < PIECE ? (size_t)left : PIECE;

        if (!read_at(fd, strings->sh_offset + at, piece, n))
            break;
        found = contains(piece, n, name, len);
        at += n - (len - 1);
    }
    if (piece != NULL)
        zg_sys_unmap(piece, PIECE);
    return found;
}

/* A section in memory, with a zero byte behind it; NULL when it cannot be read. */
static void *map_section(int fd, const ElfW(Shdr) * section, void **mapped, size_t *mapped_size)
{
    size_t size = (size_t)(section->sh_size + 1 + ZG_ARCH_PAGE - 1) & ~(size_t)(ZG_ARCH_PAGE - 1);

    *mapped = zg_sys_map(size);
    *mapped_size = size;
    if (*mapped == NULL || !read_at(fd, section->sh_offset, *mapped, (size_t)section->sh_size))
        return NULL;
    return *mapped;
}

int zg_symbol_table_read(int fd, uint32_t type, const char *name, struct zg_symbol_table *table)
{
    ElfW(Shdr) symbols, strings;
    int rc = find_table(fd, type, &symbols, &strings);

    *table = (struct zg_symbol_table){0};
    if (rc != 0)
        return rc;
    if (!names_hold(fd, &strings, name))
        return -ZG_ENOENT;
    table->symbols = map_section(fd, &symbols, &table->mapped[0], &table->mapped_size[0]);
    table->strings = map_section(fd, &strings, &table->mapped[1], &table->mapped_size[1]);
    table->count = (uint32_t)(symbols.sh_size / sizeof(ElfW(Sym)));
    table->strings_size = strings.sh_size;
    if (table->symbols != NULL && table->strings != NULL)
        return 0;
    zg_symbol_table_free(table);
    return -ZG_ENOMEM;
}

void zg_symbol_table_free(struct zg_symbol_table *table)
{
    for (size_t i = 0; i < ZG_COUNT(table->mapped); i++)
        if (table->mapped[i] != NULL)
            zg_sys_unmap(table->mapped[i], table->mapped_size[i]);
    *table = (struct zg_symbol_table){0};
}

const char *zg_symbol_table_name(const struct zg_symbol_table *table, const ElfW(Sym) * symbol)
{
    return symbol->st_name < table->strings_size ? table->strings + symbol->st_name : "";
}

bool zg_symbol_debug_path(const uint8_t *build_id, uint32_t len, char path[ZG_BUILD_ID_PATH])
{
    static const char digits[] = "0123456789abcdef";
    struct zg_buf b = zg_buf_on(path, ZG_BUILD_ID_PATH);

    if (len < 2)
        return false;
    zg_buf_str(&b, "/usr/lib/debug/.build-id/");
    for (uint32_t i = 0; i < len; i++) {
        zg_buf_char(&b, digits[build_id[i] >> 4]);
        zg_buf_char(&b, digits[build_id[i] & 15]);
        if (i == 0)
            zg_buf_char(&b, '/');
    }
    zg_buf_str(&b, ".debug");
    return true;
}
