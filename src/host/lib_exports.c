/* SPDX-License-Identifier: MPL-2.0 */
/* What a loaded object exports of libzmq. */
#include "host/lib_exports.h"

#include "base/str.h"

bool zg_lib_is_exported(const struct zg_elf *elf)
{
    static const char *const needed[] = {"zmq_ctx_new", "zmq_msg_init", "zmq_socket", "zmq_errno"};

    for (size_t i = 0; i < ZG_COUNT(needed); i++)
        if (zg_elf_symbol(elf, needed[i]) == 0)
            return false;
    return true;
}

/* What a library that is nothing but libzmq exports: its API, C++ names, and the empty module that
 * old pyzmq made of it. */
static bool belongs_to_libzmq(const char *name)
{
    return zg_str_starts(name, "zmq_") || zg_str_starts(name, "_") ||
           zg_str_equal(name, "PyInit_libzmq");
}

bool zg_lib_exports_more(const struct zg_elf *elf)
{
    uint32_t count = zg_elf_symbol_count(elf);

    for (uint32_t i = 1; i < count; i++) {
        const ElfW(Sym) *s = &elf->symbols[i];

        if (s->st_shndx != SHN_UNDEF && ELF64_ST_TYPE(s->st_info) == STT_FUNC &&
            ELF64_ST_BIND(s->st_info) == STB_GLOBAL &&
            !belongs_to_libzmq(elf->strings + s->st_name))
            return true;
    }
    return false;
}

void zg_lib_take_exports(struct zg_lib *lib, const struct zg_elf *elf, const uint32_t *hashes,
                         const uintptr_t *between)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++) {
        uintptr_t fn = zg_elf_find(elf, zg_ops[op].name, hashes[op], NULL);

        lib->own[op] = fn;
        lib->drafts = lib->drafts || (fn != 0 && zg_ops[op].status == ZG_STATUS_DRAFT);
        if (between != NULL && between[op] != 0)
            fn = between[op];
        lib->fn[op] = (zg_function *)fn;
    }
    lib->zmq_errno = (int (*)(void))zg_elf_symbol(elf, "zmq_errno");
    lib->zmq_version = (void (*)(int *, int *, int *))zg_elf_symbol(elf, "zmq_version");
    lib->zmq_strerror = (const char *(*)(int))zg_elf_symbol(elf, "zmq_strerror");
    lib->zmq_msg_data = (void *(*)(void *))zg_elf_symbol(elf, "zmq_msg_data");
}
