/* SPDX-License-Identifier: MPL-2.0 */
/* Finding libzmq's own code by its classes. */
#include "host/zmq_classes.h"

#include "base/str.h"
#include "base/sys.h"
#include "host/symbol_file.h"
#include "host/zmq_symbols.h"

#define CLASSES_MAX   512 /* libzmq has some 120 */
#define CLASSES_MIN   20
#define KNOWN_MIN     100 /* virtual functions of them; libzmq has some 600 */
#define GAP_MAX       400 /* functions in a row that are in no class */
#define SMALL         32  /* bytes: such may be shared with others that look the same */
#define NAME_MAX_SIZE 128
#define FUNCTIONS_MAX (1U << 22)

/* .eh_frame_hdr as every linker writes it (LSB, "The .eh_frame_hdr section"). */
#define ENCODINGS "\x01\x1b\x03\x3b" /* version, pcrel sdata4, udata4, datarel sdata4 */
struct eh_frame_hdr {
    uint8_t encodings[4];
    int32_t eh_frame;
    uint32_t count;
    struct eh_function {
        int32_t start, description; /* from the header */
    } of[];
};

struct found {
    uint32_t count;
    uintptr_t of[CLASSES_MAX]; /* ascending */
};

/* One call at a time. */
static struct found names, types;

struct search {
    const struct zg_class_image *image;
    const struct eh_frame_hdr *functions;
    uint8_t *known; /* bit per function: a virtual one of libzmq's classes */
    uint32_t known_count;
};

static void take_segment(struct zg_class_image *image, const ElfW(Phdr) * p, uintptr_t base)
{
    uintptr_t start = base + p->p_vaddr;
    struct zg_text_range *text = &image->text;

    if (p->p_type == PT_GNU_EH_FRAME)
        image->functions = start;
    if (p->p_type != PT_LOAD || (p->p_flags & PF_R) == 0 || image->count == ZG_CLASS_SEGMENTS)
        return;
    image->of[image->count++] = (struct zg_text_range){start, start + p->p_filesz};
    if ((p->p_flags & PF_X) == 0)
        return;
    text->start = text->end == 0 || start < text->start ? start : text->start;
    text->end = start + p->p_filesz > text->end ? start + p->p_filesz : text->end;
}

int zg_class_image_read(int fd, uintptr_t base, struct zg_class_image *image)
{
    ElfW(Phdr) segments[ZG_SYMBOL_SEGMENTS];
    int count = zg_symbol_segments_read(fd, segments);

    *image = (struct zg_class_image){0};
    for (int i = 0; i < count; i++)
        take_segment(image, &segments[i], base);
    return count < 0 ? count : 0;
}

/* "N3zmq13socket_base_tE": one of libzmq's classes? */
static bool is_class(const char *name, size_t room)
{
    char mangled[NAME_MAX_SIZE + 2] = "_Z";
    size_t len = 0;

    while (len < room && len < NAME_MAX_SIZE - 1 && name[len] != '\0')
        len++;
    if (len == room || len == NAME_MAX_SIZE - 1 || name[len - 1] != 'E')
        return false;
    memcpy(mangled + 2, name, len + 1);
    return zg_zmq_name_of(mangled) == ZG_ZMQ_NAME_LIBZMQ;
}

static void find_names(const struct zg_text_range *in)
{
    static const char start[] = "\0N3zmq";
    size_t len = sizeof(start) - 1;
    const char *at = (const char *)in->start;
    const char *end = (const char *)in->end;

    while ((size_t)(end - at) > len && names.count < CLASSES_MAX) {
        const char *n = memchr(at + 1, 'N', (size_t)(end - at) - len);

        if (n == NULL)
            return;
        at = n;
        if (memcmp(n - 1, start, len) == 0 && is_class(n, (size_t)(end - n)))
            names.of[names.count++] = (uintptr_t)n;
    }
}

static bool is_among(const struct found *f, uintptr_t word)
{
    uint32_t lo = 0, hi = f->count;

    if (f->count == 0 || word < f->of[0] || word > f->of[f->count - 1])
        return false;
    while (lo < hi) {
        uint32_t mid = (lo + hi) / 2;

        if (f->of[mid] == word)
            return true;
        if (f->of[mid] < word)
            lo = mid + 1;
        else
            hi = mid;
    }
    return false;
}

static uintptr_t aligned(uintptr_t at)
{
    return (at + sizeof(uintptr_t) - 1) & ~(sizeof(uintptr_t) - 1);
}

/* type_info: its own virtual functions' table, then the name. */
static void find_types(const struct zg_text_range *in)
{
    for (uintptr_t at = aligned(in->start) + sizeof(at);
         at + sizeof(at) <= in->end && types.count < CLASSES_MAX; at += sizeof(at))
        if (is_among(&names, *(const uintptr_t *)at))
            types.of[types.count++] = at - sizeof(at);
}

static uintptr_t start_of(const struct eh_frame_hdr *all, uint32_t i)
{
    return (uintptr_t)all + (uintptr_t)(intptr_t)all->of[i].start;
}

/* The last function that begins at or before the address; count when there is none. */
static uint32_t function_at(const struct eh_frame_hdr *all, uintptr_t address)
{
    uint32_t lo = 0, hi = all->count;

    if (all->count == 0 || start_of(all, 0) > address)
        return all->count;
    while (lo + 1 < hi) {
        uint32_t mid = (lo + hi) / 2;

        if (start_of(all, mid) <= address)
            lo = mid;
        else
            hi = mid;
    }
    return lo;
}

static uintptr_t end_of(const struct search *s, uint32_t i)
{
    return i + 1 < s->functions->count ? start_of(s->functions, i + 1) : s->image->text.end;
}

/* False: no function begins there. */
static bool note_function(struct search *s, uintptr_t address)
{
    uint32_t i = function_at(s->functions, address);

    if (i == s->functions->count || start_of(s->functions, i) != address)
        return false;
    if (end_of(s, i) - address < SMALL || (s->known[i / 8] >> i % 8 & 1) != 0)
        return true;
    s->known[i / 8] |= (uint8_t)(1U << i % 8);
    s->known_count++;
    return true;
}

/* A table of virtual functions: the type_info, then the functions. */
static void find_functions(struct search *s, const struct zg_text_range *in)
{
    for (uintptr_t at = aligned(in->start); at + sizeof(at) <= in->end; at += sizeof(at)) {
        if (!is_among(&types, *(const uintptr_t *)at))
            continue;
        while (at + 2 * sizeof(at) <= in->end &&
               note_function(s, *(const uintptr_t *)(at + sizeof(at))))
            at += sizeof(at);
    }
}

static bool is_table(const struct zg_class_image *image)
{
    const struct eh_frame_hdr *all = (const struct eh_frame_hdr *)image->functions;

    for (uint32_t i = 0; all != NULL && i < image->count; i++) {
        uintptr_t room = image->of[i].end - image->functions;

        if (image->functions < image->of[i].start || image->functions >= image->of[i].end)
            continue;
        return image->functions % sizeof(uint32_t) == 0 && room >= sizeof(*all) &&
               memcmp(all->encodings, ENCODINGS, 4) == 0 && all->count < FUNCTIONS_MAX &&
               all->count <= (room - sizeof(*all)) / sizeof(all->of[0]);
    }
    return false;
}

/* From the function at `from` to the last known one in this direction. */
static uint32_t reach(const struct search *s, uint32_t from, int step)
{
    uint32_t last = from;

    for (uint32_t i = from, gap = 0; i < s->functions->count && gap <= GAP_MAX;
         i += (uint32_t)step, gap++) {
        if ((s->known[i / 8] >> i % 8 & 1) == 0)
            continue;
        last = i;
        gap = 0;
    }
    return last;
}

static bool find_piece(struct search *s, uintptr_t inside, struct zg_text_range *own)
{
    uint32_t at = function_at(s->functions, inside);

    for (uint32_t i = 0; i < s->image->count; i++)
        find_functions(s, &s->image->of[i]);
    if (s->known_count < KNOWN_MIN || at == s->functions->count)
        return false;
    own->start = start_of(s->functions, reach(s, at, -1));
    own->end = end_of(s, reach(s, at, 1));
    return own->start < own->end && own->start >= s->image->text.start &&
           own->end <= s->image->text.end;
}

bool zg_zmq_classes_are_named(const void *bytes, size_t size)
{
    const struct zg_text_range all = {(uintptr_t)bytes, (uintptr_t)bytes + size};

    names.count = 0;
    find_names(&all);
    return names.count >= CLASSES_MIN;
}

bool zg_zmq_classes_find(const struct zg_class_image *image, uintptr_t inside,
                         struct zg_text_range *own)
{
    struct search s = {.image = image, .functions = (const struct eh_frame_hdr *)image->functions};
    size_t size;
    bool found;

    names.count = types.count = 0;
    if (!is_table(image))
        return false;
    for (uint32_t i = 0; i < image->count; i++)
        find_names(&image->of[i]);
    if (names.count < CLASSES_MIN)
        return false;
    for (uint32_t i = 0; i < image->count; i++)
        find_types(&image->of[i]);
    size = (s.functions->count / 8 + ZG_ARCH_PAGE) & ~(size_t)(ZG_ARCH_PAGE - 1);
    s.known = zg_sys_map(size);
    if (s.known == NULL)
        return false;
    found = find_piece(&s, inside, own);
    zg_sys_unmap(s.known, size);
    return found;
}
