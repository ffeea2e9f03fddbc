/* SPDX-License-Identifier: MPL-2.0 */
/* Leading runtime.exit of a Go program to the guard's end. */
#include "start/go.h"

#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/elf.h"
#include "host/entry.h"
#include "host/lib.h"
#include "host/objects.h"
#include "host/opaque.h"
#include "host/options.h"
#include "host/symbol.h"
#include "host/symbol_file.h"
#include "start/exit.h"

#define STACK_BYTES ((size_t)256 << 10)

/* src/runtime/sys_linux_amd64.s, sys_linux_arm64.s: the argument is on the stack (ABI0), a system
 * call follows. Before Go 1.17 there was one ABI, and names did not tell it. */
static const char *const names[] = {"runtime.exit.abi0", "runtime.exit"};

/* The end of the stack on which src/hook/go_*.S goes on, for the caller's is a goroutine's and has
 * no room. Taken by the first thread that comes, others wait for the end. */
uintptr_t zg_go_stack; /* atomic */
void zg_hook_go_exit(void);
void zg_go_exit(int status);

void zg_go_exit(int status)
{
    (void)zg_sys_block_signals();
    zg_exit_last();
    (void)zg_sys1(SYS_exit_group, status);
    __builtin_unreachable();
}

static bool names_zmq(const struct zg_elf *elf, const ElfW(Rela) * r, const void *arg)
{
    (void)arg;
    return zg_str_starts(zg_elf_slot_name(elf, r), "zmq_");
}

static bool has_libzmq(const struct zg_object *object)
{
    const struct zg_lib *const *all;
    struct zg_elf elf;
    uint32_t count;

    all = zg_lib_all(&count);
    for (uint32_t i = 0; i < count; i++) {
        if (all[i]->text_start - object->start < object->end - object->start)
            return true;
    }
    return zg_elf_open(&elf, object->base, object->dynamic) &&
           zg_elf_any_slot(&elf, names_zmq, NULL);
}

/* In the object's own numbering. */
static bool find_by_name(int fd, const char *name, struct zg_entry *e)
{
    struct zg_symbol_table table;

    if (zg_symbol_table_read(fd, SHT_SYMTAB, name, &table) != 0)
        return false;
    for (uint32_t i = 0; i < table.count && e->address == 0; i++) {
        const ElfW(Sym) *s = &table.symbols[i];

        if (ELF64_ST_TYPE(s->st_info) == STT_FUNC && s->st_shndx != SHN_UNDEF &&
            zg_str_equal(zg_symbol_table_name(&table, s), name)) {
            e->address = s->st_value;
            e->size = s->st_size;
        }
    }
    zg_symbol_table_free(&table);
    return e->address != 0;
}

static bool find(const struct zg_object *object, struct zg_entry *e)
{
    int fd = zg_symbol_open(object);
    bool found = false;

    for (size_t i = 0; fd >= 0 && !found && i < ZG_COUNT(names); i++)
        found = find_by_name(fd, names[i], e);
    if (fd >= 0)
        zg_sys_close(fd);
    e->address += object->base;
    return found;
}

/* Under the loader's list lock, under which objects stay. */
static bool watch(const struct zg_object *object, void *arg)
{
    static struct zg_entry entry; /* once */
    struct zg_entry_room room;
    uintptr_t stack;

    (void)arg;
    entry.hook = zg_hook_go_exit;
    if (!zg_opaque_is_go(object) || !has_libzmq(object) || !find(object, &entry) ||
        !zg_entries_are_quiet() || zg_entries_prepare(&entry, 1, object, &room) != NULL)
        return false;
    stack = (uintptr_t)zg_sys_map(STACK_BYTES);
    if (entry.error != ZG_DETOUR_OK || stack == 0) {
        zg_entry_room_free(&room);
        return false;
    }
    zg_go_stack = stack + STACK_BYTES;
    (void)zg_entries_write(&entry, 1, &room);
    return false;
}

void zg_go_watch(void)
{
    if (zg_options.embedded == 0) /* patch */
        (void)zg_objects_each(0, watch, NULL);
}
