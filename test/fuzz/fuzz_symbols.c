/* SPDX-License-Identifier: MPL-2.0 */
/*
 * An ELF file's symbol table that lies: what is found in it must lie in the code, in order and
 * apart, and nothing is read beyond the file; the same of classes in memory; and whatever bytes a
 * function has, a detour of it stays within its bounds.
 *
 * zg: runs 100000 */
#include <elf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/insn.h"
#include "fuzz/fuzz.h"
#include "host/zmq_classes.h"
#include "host/zmq_symbols.h"

#define TEXT_AT 0x1000
#define NAMES                                                                                      \
    "\0zmq_ctx_new\0zmq_socket\0zmq_close\0zmq_send.part.0\0zmq_msg_data\0socket_base.cpp\0"       \
    "_ZN3zmq5ctx_tC1Ev\0_ZN3zmq5msg_t4initEv\0_ZN3zmq9message_tC1Ev\0_ZNSt6vectorIiE\0main"
#define FUNCTION(name, at, bytes)                                                                  \
    {                                                                                              \
        .st_name = (name), .st_info = ELF64_ST_INFO(STB_GLOBAL, STT_FUNC), .st_shndx = 4,          \
        .st_value = TEXT_AT + (at), .st_size = (bytes)                                             \
    }

/* A small file with all that is looked at. */
static const struct image {
    Elf64_Ehdr header;
    Elf64_Phdr segment;
    Elf64_Shdr sections[3];
    Elf64_Sym symbols[18];
    char names[sizeof(NAMES)];
    uint8_t text[1024];
} image = {
    .header = {.e_ident = {0x7f, 'E', 'L', 'F', ELFCLASS64, ELFDATA2LSB, 1},
               .e_type = ET_DYN,
               .e_phoff = offsetof(struct image, segment),
               .e_phentsize = sizeof(Elf64_Phdr),
               .e_phnum = 1,
               .e_shoff = offsetof(struct image, sections),
               .e_shentsize = sizeof(Elf64_Shdr),
               .e_shnum = 3},
    .segment = {.p_type = PT_LOAD,
                .p_flags = PF_R | PF_X,
                .p_offset = offsetof(struct image, text),
                .p_vaddr = TEXT_AT,
                .p_filesz = 1024,
                .p_memsz = 1024},
    .sections = {{.sh_type = SHT_NULL},
                 {.sh_type = SHT_SYMTAB,
                  .sh_link = 2,
                  .sh_offset = offsetof(struct image, symbols),
                  .sh_size = sizeof(image.symbols),
                  .sh_entsize = sizeof(Elf64_Sym)},
                 {.sh_type = SHT_STRTAB,
                  .sh_offset = offsetof(struct image, names),
                  .sh_size = sizeof(NAMES)}},
    .symbols = {{.st_name = 0},
                {.st_name = 63, .st_info = ELF64_ST_INFO(STB_LOCAL, STT_FILE)},
                FUNCTION(1, 0, 32),
                FUNCTION(13, 32, 32),
                FUNCTION(24, 64, 32),
                FUNCTION(34, 96, 16),
                FUNCTION(50, 112, 16),
                FUNCTION(79, 128, 32),
                FUNCTION(79, 160, 32),
                FUNCTION(97, 192, 32),
                FUNCTION(97, 224, 32),
                FUNCTION(79, 256, 32),
                FUNCTION(79, 288, 32),
                FUNCTION(79, 320, 32),
                FUNCTION(97, 352, 32),
                FUNCTION(118, 384, 64),
                FUNCTION(140, 448, 64),
                FUNCTION(156, 512, 64)},
    .names = NAMES,
    .text = {0x55,        0x48, 0x89, 0xe5, 0x75, 0x10, 0xe8, 1,    2, 3, 4, 0xc3,
             [32] = 0x53, 0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x8b, 0x05, 1, 0, 0, 0},
};

const struct fuzz_seed fuzz_seeds[] = {{&image, sizeof(image)}, {NULL, 0}};

static void check_ranges(const struct zg_symbol_text *text, const struct zg_zmq_symbols *s)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (s->functions[op].start != 0 &&
            (s->functions[op].end <= s->functions[op].start ||
             !zg_symbol_text_covers(text, s->functions[op].start, s->functions[op].end)))
            abort();
    for (uint32_t i = 0; i < s->range_count; i++)
        if (s->ranges[i].end <= s->ranges[i].start ||
            (i > 0 && s->ranges[i].start < s->ranges[i - 1].end))
            abort();
}

static void check_detour(const uint8_t *code, size_t size)
{
    const struct zg_detour_request r = {
        .code = code, .size = size, .address = 0x401000, .moved = 0x300010, .hop = 0x300000};
    struct zg_detour d;

    if (zg_detour_x86_64(&r, &d) == ZG_DETOUR_OK &&
        (d.displaced > size || d.patch_at + d.patch_size > d.displaced ||
         d.code_size > sizeof(d.code) || d.patch_size > sizeof(d.patch)))
        abort();
    if (zg_detour_aarch64(&r, &d) == ZG_DETOUR_OK &&
        (d.displaced > size || d.patch_at + d.patch_size > d.displaced ||
         d.code_size > sizeof(d.code)))
        abort();
}

#define CLASSES  24 /* enough of them and their functions to be believed */
#define VIRTUALS 6
#define SIZE     64 /* bytes of a function */

/* An object in memory whose classes are found by their names. */
struct object {
    struct {
        uint8_t encodings[4];
        int32_t eh_frame;
        uint32_t count;
        int32_t of[CLASSES * VIRTUALS][2];
    } table;
    char names[CLASSES][32];
    uintptr_t types[CLASSES][2];
    uintptr_t functions[CLASSES][2 + VIRTUALS];
    uint8_t text[CLASSES * VIRTUALS * SIZE];
};

static void make_object(struct object *o)
{
    memset(o, 0, sizeof(*o));
    memcpy(o->table.encodings, "\x01\x1b\x03\x3b", 4);
    o->table.count = CLASSES * VIRTUALS;
    for (int i = 0; i < CLASSES * VIRTUALS; i++)
        o->table.of[i][0] = (int32_t)(offsetof(struct object, text) + (size_t)i * SIZE);
    for (int c = 0; c < CLASSES; c++) {
        snprintf(o->names[c] + 1, sizeof(o->names[c]) - 1, "N3zmq7class%02dE", c);
        o->types[c][1] = (uintptr_t)o->names[c] + 1;
        o->functions[c][1] = (uintptr_t)o->types[c];
        for (int f = 0; f < VIRTUALS; f++)
            o->functions[c][2 + f] = (uintptr_t)&o->text[(c * VIRTUALS + f) * SIZE];
    }
}

static uint32_t next(uint64_t *state)
{
    *state = *state * 6364136223846793005U + 1442695040888963407U;
    return (uint32_t)(*state >> 33);
}

/* Lies: the input decides which words and bytes become others. */
static void check_classes(const uint8_t *data, size_t size)
{
    struct zg_class_image memory = {.count = 1};
    struct zg_text_range all, own;
    uint64_t state = size;
    struct object *o;

    for (size_t i = 0; i < size; i++)
        state = (state ^ data[i]) * 1099511628211U;
    if (next(&state) % 4 != 0) /* often enough */
        return;
    o = malloc(sizeof(*o)); /* what is read beyond it is seen */
    all = (struct zg_text_range){(uintptr_t)o, (uintptr_t)(o + 1)};
    make_object(o);
    memory.of[0] = all;
    memory.text = (struct zg_text_range){(uintptr_t)o->text, (uintptr_t)(o + 1)};
    memory.functions = (uintptr_t)&o->table;
    if (!zg_zmq_classes_find(&memory, (uintptr_t)o->text, &own) || own.start != memory.text.start ||
        own.end != memory.text.end)
        abort();
    for (uint32_t changes = next(&state) % 24; changes > 0; changes--) {
        uint8_t *at = (uint8_t *)o + next(&state) % offsetof(struct object, text);
        uintptr_t word = (uintptr_t)o + next(&state) % sizeof(*o);

        if (next(&state) % 4 != 0)
            *at = (uint8_t)next(&state);
        else if ((size_t)((uint8_t *)(o + 1) - at) >= sizeof(word))
            memcpy(at - (uintptr_t)at % sizeof(word), &word, sizeof(word));
    }
    memory.functions += next(&state) % 16 == 0 ? next(&state) % sizeof(*o) : 0;
    if (zg_zmq_classes_find(&memory, (uintptr_t)o->text, &own) &&
        (own.start < memory.text.start || own.end > memory.text.end || own.start >= own.end))
        abort();
    free(o);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct zg_zmq_symbols symbols;
    struct zg_symbol_text text;
    int fd = memfd_create("fuzz", 0);

    if (write(fd, data, size) != (ssize_t)size)
        abort();
    if (zg_symbol_text_read(fd, &text) == 0 &&
        zg_zmq_symbols_find(fd, -1, &text, &symbols) == ZG_ZMQ_SYMBOLS_OK)
        check_ranges(&text, &symbols);
    close(fd);
    check_classes(data + (size < 600 ? 0 : size % 600), size < 600 ? size : size - size % 600);
    for (size_t at = 0; at < size; at += 61)
        check_detour(data + at, size - at);
    return 0;
}
