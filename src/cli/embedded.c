/* SPDX-License-Identifier: MPL-2.0 */
/* What host/embedded.c does with a loaded object, for a file: by the same symbols and decoder. */
#include "cli/embedded.h"

#include <elfutils/libdwelf.h>
#include <fcntl.h>
#include <gelf.h>
#include <string.h>
#include <unistd.h>

#include "base/insn.h"
#include "base/str.h"
#include "cli/elf.h"
#include "host/zmq_classes.h"
#include "host/zmq_symbols.h"

#define FUNCTION_MAX 65536

struct image {
    int fd;
    unsigned machine;
    struct zg_symbol_text text;
    bool bound[ZG_OP_COUNT]; /* called through a slot of the object's own */
};

static struct zg_zmq_symbols symbols; /* large; one file at a time */

static uint32_t op_of(const char *name)
{
    uint32_t op = 0;

    while (op < ZG_OP_COUNT && (name == NULL || strcmp(name, zg_ops[op].name) != 0))
        op++;
    return op;
}

static void read_relocations(Elf *e, const GElf_Shdr *sh, Elf_Data *relocs, struct image *image)
{
    Elf_Scn *table = elf_getscn(e, sh->sh_link);
    Elf_Data *data = table != NULL ? elf_getdata(table, NULL) : NULL;
    GElf_Shdr names;

    if (data == NULL || relocs == NULL || sh->sh_entsize == 0 ||
        gelf_getshdr(table, &names) == NULL)
        return;
    for (size_t i = 0; i < relocs->d_size / sh->sh_entsize; i++) {
        GElf_Rela rela;
        GElf_Sym sym;
        uint32_t op;

        if (gelf_getrela(relocs, (int)i, &rela) == NULL ||
            gelf_getsym(data, (int)GELF_R_SYM(rela.r_info), &sym) == NULL)
            continue;
        op = op_of(elf_strptr(e, names.sh_link, sym.st_name));
        if (op != ZG_OP_COUNT)
            image->bound[op] = true;
    }
}

static void read_slots(Elf *e, struct image *image)
{
    for (Elf_Scn *s = elf_nextscn(e, NULL); s != NULL; s = elf_nextscn(e, s)) {
        GElf_Shdr sh;

        if (gelf_getshdr(s, &sh) != NULL && sh.sh_type == SHT_RELA && (sh.sh_flags & SHF_ALLOC))
            read_relocations(e, &sh, elf_getdata(s, NULL), image);
    }
}

static int open_debug_file(Elf *e)
{
    char path[ZG_BUILD_ID_PATH];
    const void *id;
    ssize_t len = dwelf_elf_gnu_build_id(e, &id);

    if (len <= 0 || !zg_symbol_debug_path(id, (uint32_t)len, path))
        return -1;
    return open(path, O_RDONLY | O_CLOEXEC);
}

static enum zg_detour_error try(const struct image *image, const struct zg_text_range *f)
{
    static uint8_t code[FUNCTION_MAX];
    size_t size = f->end - f->start < sizeof(code) ? f->end - f->start : sizeof(code);
    struct zg_detour_request request = {.code = code,
                                        .size = size,
                                        .address = f->start,
                                        .moved = f->start - 65536 + ZG_DETOUR_HOP,
                                        .hop = f->start - 65536};
    struct zg_detour detour;

    if (zg_symbol_text_bytes(image->fd, &image->text, f->start, code, size) != 0)
        return ZG_DETOUR_UNKNOWN;
    return image->machine == EM_AARCH64 ? zg_detour_aarch64(&request, &detour)
                                        : zg_detour_x86_64(&request, &detour);
}

static void judge_function(const struct image *image, uint32_t op, struct zg_embedded_verdict *v)
{
    const char *why = zg_zmq_symbols_lost(&symbols, op);

    if (image->bound[op] || zg_zmq_is_too_short(op))
        return;
    if (symbols.functions[op].start != 0) {
        enum zg_detour_error error = try(image, &symbols.functions[op]);

        v->patched += error == ZG_DETOUR_OK;
        why = error != ZG_DETOUR_OK ? zg_detour_text(error) : why;
    }
    if (why == NULL || v->guarded == ZG_GUARDED_NOT)
        return;
    (void)zg_format(v->why, sizeof(v->why), "%s: %s", zg_op_name(op), why);
    if (zg_zmq_is_essential(op))
        v->guarded = ZG_GUARDED_NOT;
}

static void judge_functions(const struct image *image, struct zg_embedded_verdict *v)
{
    v->guarded = image->bound[ZG_OP_zmq_ctx_new] || image->bound[ZG_OP_zmq_init]
                     ? ZG_GUARDED_BY_SYMBOL
                     : ZG_GUARDED_BY_PATCH;
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        judge_function(image, op, v);
    if (v->why[0] == '\0' && symbols.may_be_optimised_at_link)
        (void)zg_str_copy(v->why, sizeof(v->why),
                          symbols.is_optimised_at_link ? ZG_ZMQ_INLINED : ZG_ZMQ_MAY_INLINE);
}

static bool are_classes_named(Elf *e)
{
    size_t size = 0;
    const char *bytes = elf_rawfile(e, &size);

    return bytes != NULL && zg_zmq_classes_are_named(bytes, size);
}

static void judge(Elf *e, struct image *image, bool is_program, struct zg_embedded_verdict *v)
{
    enum zg_zmq_symbols_error error = ZG_ZMQ_SYMBOLS_BROKEN;
    int debug = open_debug_file(e);
    GElf_Ehdr header;

    if (gelf_getehdr(e, &header) != NULL)
        image->machine = header.e_machine;
    if (!is_program)
        read_slots(e, image);
    if (zg_symbol_text_read(image->fd, &image->text) == 0)
        error = zg_zmq_symbols_find(image->fd, debug, &image->text, &symbols);
    if (debug >= 0)
        close(debug);
    if (error == ZG_ZMQ_SYMBOLS_OK || (error == ZG_ZMQ_SYMBOLS_INSIDE && are_classes_named(e))) {
        judge_functions(image, v);
        return;
    }
    if (image->bound[ZG_OP_zmq_ctx_new] && error != ZG_ZMQ_SYMBOLS_INSIDE)
        v->guarded = ZG_GUARDED_BY_SYMBOL;
    (void)zg_str_copy(v->why, sizeof(v->why), zg_zmq_symbols_text(error));
}

void zg_embedded_judge(const char *path, bool is_program, struct zg_embedded_verdict *verdict)
{
    struct image image = {0};
    Elf *e = zg_elf_begin(path, &image.fd);

    *verdict = (struct zg_embedded_verdict){.guarded = ZG_GUARDED_NOT};
    if (e != NULL)
        judge(e, &image, is_program, verdict);
    zg_elf_end(e, image.fd);
}
