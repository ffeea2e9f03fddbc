/* SPDX-License-Identifier: MPL-2.0 */
/* Guarding a libzmq that is linked in statically. */
#include "host/embedded.h"

#include <fcntl.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/entry.h"
#include "host/options.h"
#include "host/patch.h"
#include "host/symbol.h"
#include "host/zmq_classes.h"
#include "host/zmq_symbols.h"

/* One object at a time: the callers hold the lib lock. */
static struct zg_zmq_symbols symbols;
static struct zg_entry entries[ZG_OP_COUNT];

/* Objects that were looked through; a copy that is guarded is known by its record. Few need it:
 * after an unload all objects are looked at again. */
#define SEARCHED_MAX 128
static struct {
    uint32_t next; /* the oldest gives way */
    struct searched {
        uintptr_t base, end;
        const void *dynamic;
    } of[SEARCHED_MAX];
} searched;

/* libzmq resolves names, listens, and starts threads: src/ip_resolver.cpp, tcp_listener.cpp,
 * thread.cpp of every version. A program may have one of them of its own, which the linker makes
 * known to the libc that has it too. */
static const char *const needed[] = {"freeaddrinfo", "getsockname", "listen", "pthread_create"};

struct imports {
    uint32_t found; /* bit per name in needed[] */
};

static bool note_import(const struct zg_elf *elf, const ElfW(Rela) * reloc, const void *arg)
{
    struct imports *imports = (struct imports *)(uintptr_t)arg;
    const char *name = zg_elf_slot_name(elf, reloc);

    for (uint32_t i = 0; i < ZG_COUNT(needed); i++)
        if (name[0] == needed[i][0] && zg_str_equal(name, needed[i]))
            imports->found |= 1U << i;
    return imports->found == (1U << ZG_COUNT(needed)) - 1;
}

/* Notes that it is now. */
static bool was_searched(const struct zg_object *object)
{
    struct searched *next = &searched.of[searched.next];

    for (uint32_t i = 0; i < SEARCHED_MAX; i++)
        if (searched.of[i].base == object->base && searched.of[i].end == object->end &&
            searched.of[i].dynamic == object->dynamic)
            return true;
    *next = (struct searched){object->base, object->end, object->dynamic};
    searched.next = (searched.next + 1) % SEARCHED_MAX;
    return false;
}

/* It has a copy that is guarded: its record knows it, and may be given to another. */
static void forget_search(const struct zg_object *object)
{
    for (uint32_t i = 0; i < SEARCHED_MAX; i++)
        if (searched.of[i].base == object->base && searched.of[i].dynamic == object->dynamic)
            searched.of[i] = (struct searched){0, 0, NULL};
}

static bool has_others(const struct zg_elf *elf, const struct imports *imports)
{
    for (uint32_t i = 0; i < ZG_COUNT(needed); i++)
        if ((imports->found & 1U << i) == 0 && zg_elf_symbol(elf, needed[i]) == 0)
            return false;
    return imports->found != 0;
}

bool zg_embedded_is_likely(const struct zg_object *object, const struct zg_elf *elf)
{
    struct imports imports = {0};
    bool calls_all = zg_elf_any_slot(elf, note_import, &imports);

    return (calls_all || has_others(elf, &imports)) && !was_searched(object);
}

static void explain(struct zg_lib *lib, const char *function, const char *why)
{
    (void)zg_format(lib->why, sizeof(lib->why), "%s%s%s", function, function[0] != '\0' ? ": " : "",
                    why);
}

/* Which functions of its own the object calls through slots that lead to the guard. */
struct bound {
    const struct zg_lib *lib;
    const struct zg_object *object;
    bool ops[ZG_OP_COUNT];
};

static bool note_slot(const struct zg_elf *elf, const ElfW(Rela) * reloc, const void *arg)
{
    struct bound *bound = (struct bound *)(uintptr_t)arg;
    const char *name = zg_elf_slot_name(elf, reloc);
    uintptr_t value = *(const uintptr_t *)(elf->base + reloc->r_offset);
    bool lazy = value - bound->object->start < bound->object->end - bound->object->start;

    /* An undefined symbol is that of another object's libzmq, whom this one merely uses. */
    if (zg_elf_slot_symbol(elf, reloc)->st_shndx == SHN_UNDEF || !zg_str_starts(name, "zmq_"))
        return false;
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        if (!zg_str_equal(name, zg_ops[op].name))
            continue;
        if (value - zg_lib_ranges.own_start < zg_lib_ranges.own_size)
            bound->ops[op] = true;
        else if (lazy && value != bound->lib->own[op])
            bound->ops[op] = !zg_patch_is_deepbound(bound->object->order);
    }
    return false;
}

static void find_bound(struct bound *bound, const struct zg_elf *elf)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        bound->ops[op] = false;
    if (bound->object->order != 0) /* the program's own definitions come before any preload's */
        (void)zg_elf_any_slot(elf, note_slot, bound);
}

static bool keep_ranges(struct zg_lib *lib, uintptr_t base)
{
    const struct zg_text_range *longest = &symbols.ranges[0];

    if (lib->range_room < symbols.range_count) {
        lib->range_room = 0;
        lib->ranges = zg_arena_alloc(symbols.range_count * sizeof(lib->ranges[0]));
        if (lib->ranges == NULL)
            return false;
        lib->range_room = symbols.range_count;
    }
    for (uint32_t i = 0; i < symbols.range_count; i++) {
        const struct zg_text_range *r = &symbols.ranges[i];

        lib->ranges[i] = (struct zg_text_range){base + r->start, base + r->end};
        if (r->end - r->start > longest->end - longest->start)
            longest = r;
    }
    lib->text_start = base + longest->start;
    lib->text_end = base + longest->end;
    __atomic_store_n(&lib->range_count, symbols.range_count, __ATOMIC_RELEASE);
    return true;
}

static int open_debug_file(const struct zg_object *object)
{
    char path[ZG_BUILD_ID_PATH];

    if (!zg_symbol_debug_path(object->build_id, object->build_id_len, path))
        return -1;
    return zg_symbol_open_path(object, path);
}

/* Is the code in memory that of the file? Another tool may have put its own jumps there. */
static bool is_untouched(int fd, const struct zg_symbol_text *text, uintptr_t base)
{
    uint8_t bytes[32];

    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        const struct zg_text_range *f = &symbols.functions[op];
        size_t len = f->end - f->start < sizeof(bytes) ? f->end - f->start : sizeof(bytes);

        if (f->start != 0 && (zg_symbol_text_bytes(fd, text, f->start, bytes, len) != 0 ||
                              memcmp(bytes, (const void *)(base + f->start), len) != 0))
            return false;
    }
    return true;
}

/* Does the object export a function that is not libzmq's, from this piece of its code? */
static bool exports_another(const struct zg_elf *elf, const struct zg_text_range *piece)
{
    uint32_t count = zg_elf_symbol_count(elf);

    for (uint32_t i = 1; i < count; i++) {
        const ElfW(Sym) *s = &elf->symbols[i];

        if (s->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
            elf->base + s->st_value - piece->start < piece->end - piece->start &&
            zg_zmq_name_of(elf->strings + s->st_name) == ZG_ZMQ_NAME_OTHER)
            return true;
    }
    return false;
}

/* The API alone has names: by libzmq's classes. */
static bool find_inside(int image, const struct zg_object *object, const struct zg_elf *elf)
{
    uintptr_t inside = object->base + symbols.functions[ZG_OP_zmq_ctx_new].start;
    struct zg_class_image classes;
    struct zg_text_range piece;

    if (zg_class_image_read(image, object->base, &classes) != 0 ||
        !zg_zmq_classes_find(&classes, inside, &piece) || exports_another(elf, &piece))
        return false;
    symbols.ranges[0] =
        (struct zg_text_range){piece.start - object->base, piece.end - object->base};
    symbols.range_count = 1;
    return true;
}

static bool find_symbols(struct zg_lib *lib, const struct zg_object *object,
                         const struct zg_elf *elf)
{
    enum zg_zmq_symbols_error error = ZG_ZMQ_SYMBOLS_NONE;
    int image = zg_symbol_open(object);
    int debug = image >= 0 ? open_debug_file(object) : -1;
    struct zg_symbol_text text;
    bool untouched = true;

    if (image >= 0 && zg_symbol_text_read(image, &text) == 0) {
        error = zg_zmq_symbols_find(image, debug, &text, &symbols);
        if (error == ZG_ZMQ_SYMBOLS_INSIDE && find_inside(image, object, elf))
            error = ZG_ZMQ_SYMBOLS_OK;
        if (error == ZG_ZMQ_SYMBOLS_INSIDE)
            lib->mixed = (struct zg_text_range){object->text_start, object->text_end};
        untouched = error != ZG_ZMQ_SYMBOLS_OK || is_untouched(image, &text, object->base);
    }
    if (image >= 0)
        zg_sys_close(image);
    if (debug >= 0)
        zg_sys_close(debug);
    lib->names_found = error != ZG_ZMQ_SYMBOLS_NONE;
    if (error != ZG_ZMQ_SYMBOLS_OK)
        explain(lib, "", zg_zmq_symbols_text(error));
    else if (!untouched)
        explain(lib, "", "its code was changed by somebody else");
    return error == ZG_ZMQ_SYMBOLS_OK && untouched;
}

/* The functions that calls may reach without the loader. */
static size_t list_entries(const struct zg_lib *lib, const struct bound *bound)
{
    size_t count = 0;

    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        const struct zg_text_range *f = &symbols.functions[op];
        struct zg_entry *e = &entries[op];

        *e = (struct zg_entry){.hook = zg_patch_hook(op, lib)};
        if (f->start == 0 || bound->ops[op] || e->hook == NULL || zg_zmq_is_too_short(op))
            continue;
        e->address = bound->object->base + f->start;
        e->size = f->end - f->start;
        count++;
    }
    /* Functions with one body get one jump. */
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        for (uint32_t other = op + 1; entries[op].address != 0 && other < ZG_OP_COUNT; other++)
            if (entries[other].address == entries[op].address)
                entries[other].address = 0;
    return count;
}

/* One that only goes on in another function of the API is seen there. */
static bool is_forwarder(const struct zg_entry *e)
{
    struct zg_insn insn = ZG_ARCH_INSN((const uint8_t *)e->address, e->size, (uint64_t)e->address);

    for (uint32_t op = 0; insn.kind == ZG_INSN_JUMP && op < ZG_OP_COUNT; op++)
        if (entries[op].address == insn.target && entries[op].error == ZG_DETOUR_OK)
            return true;
    return false;
}

/* True: enough can be led away; what cannot is said. */
static bool decide(struct zg_lib *lib)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        const struct zg_entry *e = &entries[op];
        bool is_there = e->address != 0;
        const char *why = zg_zmq_is_too_short(op) ? NULL : zg_zmq_symbols_lost(&symbols, op);

        if (is_there && e->error != ZG_DETOUR_OK)
            why = is_forwarder(e) ? NULL : zg_detour_text(e->error);
        if (why == NULL || (!is_there && symbols.functions[op].start != 0)) /* bound, or an alias */
            continue;
        explain(lib, zg_op_name(op), why);
        if (zg_zmq_is_essential(op))
            return false;
    }
    if (lib->why[0] != '\0')
        return true;
    lib->may_inline = symbols.may_be_optimised_at_link && !symbols.is_optimised_at_link;
    if (symbols.may_be_optimised_at_link)
        explain(lib, "", lib->may_inline ? ZG_ZMQ_MAY_INLINE : ZG_ZMQ_INLINED);
    return true;
}

static bool patch(struct zg_lib *lib, const struct zg_object *object, bool fresh)
{
    struct zg_entry_room room;
    const char *why = zg_entries_prepare(entries, ZG_OP_COUNT, object, &room);

    if (why == NULL && !decide(lib)) {
        zg_entry_room_free(&room);
        return false;
    }
    if (why == NULL && !fresh && !zg_entries_are_quiet()) {
        zg_entry_room_free(&room);
        why = "threads were running when it was found";
    }
    if (why == NULL)
        why = zg_entries_write(entries, ZG_OP_COUNT, &room);
    if (why != NULL) {
        explain(lib, "", why);
        return false;
    }
    lib->room = (struct zg_text_range){room.start, room.start + room.size};
    return true;
}

/* What a call through the guard goes on to. */
static void take_functions(struct zg_lib *lib, uintptr_t base)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        const struct zg_entry *e = &entries[op];

        if (symbols.functions[op].start == 0)
            continue;
        lib->own[op] = base + symbols.functions[op].start;
        lib->drafts |= zg_ops[op].status == ZG_STATUS_DRAFT;
        lib->fn[op] = (zg_function *)lib->own[op];
        for (uint32_t other = 0; other < ZG_OP_COUNT; other++) /* also by another name */
            if (entries[other].address == lib->own[op] && entries[other].error == ZG_DETOUR_OK)
                lib->fn[op] = entries[other].moved;
        if (e->address != 0 && e->error == ZG_DETOUR_OK && lib->jump_at == 0) {
            lib->jump_at = e->address + e->detour.patch_at;
            memcpy(&lib->jump, e->detour.patch, e->detour.patch_size);
        }
    }
    if (symbols.zmq_msg_data != 0)
        lib->zmq_msg_data = (void *(*)(void *))(base + symbols.zmq_msg_data);
}

static bool any_bound(const struct bound *bound)
{
    return bound->ops[ZG_OP_zmq_ctx_new] || bound->ops[ZG_OP_zmq_init];
}

/* Leaves what the loader binds to the guard as it is: that much is guarded, unless libzmq's calls
 * to itself, which come the same way, cannot be told from the application's. */
static bool by_symbol_alone(struct zg_lib *lib, const struct bound *bound)
{
    lib->guarded = any_bound(bound) && lib->mixed.end == 0 ? ZG_GUARDED_BY_SYMBOL : ZG_GUARDED_NOT;
    return lib->guarded != ZG_GUARDED_NOT;
}

bool zg_embedded_guard(struct zg_lib *lib, const struct zg_object *object, const struct zg_elf *elf,
                       bool fresh)
{
    struct bound bound = {.lib = lib, .object = object};
    size_t count;

    find_bound(&bound, elf);
    if (zg_options.embedded != 0) {
        explain(lib, "", "embedded=off");
        return by_symbol_alone(lib, &bound);
    }
    if (!find_symbols(lib, object, elf))
        return by_symbol_alone(lib, &bound);
    count = list_entries(lib, &bound);
    if (count != 0 && !patch(lib, object, fresh))
        return by_symbol_alone(lib, &bound);
    if (!keep_ranges(lib, object->base))
        explain(lib, "", "no memory for its ranges");
    take_functions(lib, object->base);
    forget_search(object);
    lib->guarded = any_bound(&bound) ? ZG_GUARDED_BY_SYMBOL : ZG_GUARDED_BY_PATCH;
    return true;
}

bool zg_embedded_is_intact(const struct zg_lib *lib)
{
    return lib->jump_at == 0 ||
           memcmp((const void *)lib->jump_at, &lib->jump, ZG_ARCH_JUMP_BYTES) == 0;
}

void zg_embedded_forget(struct zg_lib *lib)
{
    struct zg_entry_room room = {lib->room.start, lib->room.end - lib->room.start};

    zg_entry_room_free(&room);
    lib->room = (struct zg_text_range){0, 0};
    lib->jump_at = 0;
}
