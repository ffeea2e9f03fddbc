/* SPDX-License-Identifier: MPL-2.0 */
/* Recognising the function that drops a reference. */
#include "host/refcount.h"

#include "base/str.h"
#include "host/objects.h"

#define FRAMES 16 /* of C++ built without optimisation, where each step is a function */
/* __exchange_and_add_dispatch(), __exchange_and_add() */
#define CALLS         (2 + ZG_ARCH_COUNT_HELPERS)
#define FUNCTION_SIZE 0x10000 /* looked through of each, */
#define BYTES         0x80000 /* and in all, at most */

/* .eh_frame_hdr (Linux Standard Base Core, 10.6.2), in the only form that linkers write. */
struct header {
    uint8_t version, pointer_form, count_form, table_form;
    int32_t frames;
    uint32_t count;
    struct {
        int32_t start, entry; /* from the header on; sorted by start */
    } table[];
};
#define VERSION 1
#define UDATA4  0x03
#define PCREL4  0x1b
#define DATREL4 0x3b

struct functions {
    const struct header *header;
    uintptr_t end; /* of the object's code */
};

/* By the program headers, which stand in the first page of nearly every object. */
static bool open_object(struct functions *f, const struct zg_object *o)
{
    const ElfW(Ehdr) *header = (const ElfW(Ehdr) *)o->start;
    const ElfW(Phdr) * p;

    if (o->start == 0 || memcmp(header->e_ident, ELFMAG, SELFMAG) != 0)
        return false;
    p = (const ElfW(Phdr) *)(o->start + header->e_phoff);
    for (size_t i = 0; i < header->e_phnum; i++) {
        const struct header *h = (const struct header *)(o->base + p[i].p_vaddr);

        if (p[i].p_type != PT_GNU_EH_FRAME || p[i].p_memsz < sizeof(*h))
            continue;
        *f = (struct functions){.header = h, .end = o->text_end};
        return h->version == VERSION && h->pointer_form == PCREL4 && h->count_form == UDATA4 &&
               h->table_form == DATREL4 && h->count != 0 &&
               h->count <= (p[i].p_memsz - sizeof(*h)) / sizeof(h->table[0]);
    }
    return false;
}

static uintptr_t start_of(const struct functions *f, uint32_t i)
{
    return (uintptr_t)f->header + (uintptr_t)(intptr_t)f->header->table[i].start;
}

/* The function that an address is in; false when it is before the first one. */
static bool find(const struct functions *f, uintptr_t address, uintptr_t *start, size_t *size)
{
    uint32_t low = 0, high = f->header->count;
    uintptr_t end;

    if (address < start_of(f, 0))
        return false;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;

        if (start_of(f, middle) <= address)
            low = middle;
        else
            high = middle;
    }
    *start = start_of(f, low);
    end = high < f->header->count ? start_of(f, high) : f->end;
    *size = end > *start ? end - *start : 0;
    *size = *size < FUNCTION_SIZE ? *size : FUNCTION_SIZE;
    return address < *start + *size;
}

struct search {
    struct functions f;
    size_t left; /* bytes that may be looked through */
};

static bool counts_down(struct search *s, uintptr_t start, size_t size, int calls)
{
    const unsigned char *code = (const unsigned char *)start;

    if (size > s->left)
        return false;
    s->left -= size;
    if (zg_arch_counts_down(code, size))
        return true;
    for (size_t at = 0; calls > 0 && at < size; at += ZG_ARCH_INSN_STEP) {
        uintptr_t target = zg_arch_call_at(code + at, size - at);
        uintptr_t callee;
        size_t len;

        if (target != 0 && target != start && find(&s->f, target, &callee, &len) &&
            callee == target && counts_down(s, callee, len, calls - 1))
            return true;
    }
    return false;
}

/* Not in a library that called the function that closes: what runs threads has counts of its own,
 * and stands at the end of every stack. */
bool zg_refcount_is_in(zg_stack_id stack)
{
    uintptr_t frames[FRAMES];
    size_t count = zg_stack_frames(stack, frames, FRAMES);
    struct search s = {.left = BYTES};
    struct zg_object first = {0}, o;

    for (size_t i = 0; i < count; i++) {
        uintptr_t at = frames[i] - 1, start;
        size_t size;

        if (zg_stack_is_script(frames[i]) || !zg_object_at(at, &o))
            continue;
        if (first.path == NULL)
            first = o;
        if ((o.base == first.base || o.order == 0) && open_object(&s.f, &o) &&
            find(&s.f, at, &start, &size) && counts_down(&s, start, size, CALLS))
            return true;
    }
    return false;
}
