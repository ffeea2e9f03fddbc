/* SPDX-License-Identifier: MPL-2.0 */
/* The addresses of the hooks, and the hooks that stand for a given copy of libzmq. */
#include "hook/address.h"

#include "hook/context.h"
#include "hook/timers.h"
#include "host/libc.h"
#include "host/objects.h"
#include "host/patch.h"
#include "host/zmq_api.h"
#include "track/free.h"

/* Written once, by zg_hook_addresses_init(): first libzmq's functions in the order of enum zg_op,
 * then those of libc. */
static struct zg_patch_target table[ZG_OP_COUNT + ZG_LIBC_COUNT];

static const struct zg_lib *copy(uint32_t index)
{
    uint32_t count;
    const struct zg_lib *lib = zg_lib_all(&count)[index];

    zg_lib_mark_used(lib);
    return lib;
}

/* The functions without a handle that would name their copy, of copy n. */
#define ZG_COPY(n)                                                                                 \
    static void *ctx_new_##n(void)                                                                 \
    {                                                                                              \
        return zg_hook_ctx_new(copy(n), ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());                  \
    }                                                                                              \
    static void *init_##n(int io_threads)                                                          \
    {                                                                                              \
        return zg_hook_init(copy(n), io_threads, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());         \
    }                                                                                              \
    static void *timers_new_##n(void)                                                              \
    {                                                                                              \
        return zg_hook_timers_new(copy(n), ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());               \
    }                                                                                              \
    static void *poller_new_##n(void)                                                              \
    {                                                                                              \
        return zg_hook_poller_new(copy(n), ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());               \
    }                                                                                              \
    static int msg_init_data_##n(struct zg_zmq_msg *msg, void *data, size_t size, zg_free_fn *fn,  \
                                 void *hint)                                                       \
    {                                                                                              \
        return zg_free_msg_init_data(copy(n), msg, data, size, fn, hint, ZG_RETURN_ADDRESS());     \
    }
#define ZG_COPY_ROW(n)                                                                             \
    {                                                                                              \
        (zg_function *)ctx_new_##n, (zg_function *)(void *)init_##n,                               \
            (zg_function *)timers_new_##n, (zg_function *)poller_new_##n,                          \
            (zg_function *)(void *)msg_init_data_##n                                               \
    }

ZG_COPY(0)
ZG_COPY(1)
ZG_COPY(2)
ZG_COPY(3)
ZG_COPY(4)
ZG_COPY(5)
ZG_COPY(6)
ZG_COPY(7)

static const struct {
    zg_function *ctx_new, *init, *timers_new, *poller_new, *msg_init_data;
} by_copy[ZG_LIB_MAX] = {
    ZG_COPY_ROW(0), ZG_COPY_ROW(1), ZG_COPY_ROW(2), ZG_COPY_ROW(3),
    ZG_COPY_ROW(4), ZG_COPY_ROW(5), ZG_COPY_ROW(6), ZG_COPY_ROW(7),
};
_Static_assert(ZG_LIB_MAX == 8, "one row a copy");

static const char *const libc_names[ZG_LIBC_COUNT] = {
#define ZG_LIBC(name)          #name,
#define ZG_LIBC_COND(name)     #name,
#define ZG_LIBC_AS(name, type) #name,
#include "host/libc.def"
#undef ZG_LIBC
#undef ZG_LIBC_COND
#undef ZG_LIBC_AS
};

static void add(size_t i, const char *name, zg_function *hook, uintptr_t real)
{
    table[i] = (struct zg_patch_target){
        .name = name,
        .hash = zg_elf_hash(name),
        .op = i < ZG_OP_COUNT ? (uint32_t)i : ZG_OP_COUNT,
        .hook = hook,
        .real = real,
    };
}

/* Draft functions are hidden: named here. Exported ones may have another preload before them: their
 * own addresses are read from the guard's symbol table. */
#define ZG_ADDRESS_DRAFT(fn)     ((zg_function *)(void *)zg_hook_##fn)
#define ZG_ADDRESS_STABLE(fn)    ((zg_function *)zg_elf_symbol(&elf, #fn))
#define ZG_ADDRESS_OLD(fn)       ZG_ADDRESS_STABLE(fn)
#define ZG_ZMQ(fn, status, kind) add(ZG_OP_##fn, #fn, ZG_ADDRESS_##status(fn), 0);

void zg_hook_addresses_init(void)
{
    const uintptr_t *real = (const uintptr_t *)(const void *)&zg_libc;
    struct zg_object self;
    struct zg_elf elf;

    (void)zg_objects_refresh();
    if (!zg_object_self(&self) || !zg_elf_open(&elf, self.base, self.dynamic))
        return;
#include "host/zmq.def"
    for (size_t i = 0; i < ZG_LIBC_COUNT; i++)
        add(ZG_OP_COUNT + i, libc_names[i], (zg_function *)zg_elf_symbol(&elf, libc_names[i]),
            real[i]);
    zg_patch_init(table, ZG_COUNT(table), zg_hook_addresses_of);
}

zg_function *zg_hook_addresses_of(uint32_t op, const struct zg_lib *lib)
{
    if (op >= ZG_OP_COUNT || lib == zg_lib_global())
        return op < ZG_OP_COUNT ? table[op].hook : NULL;
    switch (op) {
    case ZG_OP_zmq_ctx_new:
        return by_copy[lib->index].ctx_new;
    case ZG_OP_zmq_init:
        return by_copy[lib->index].init;
    case ZG_OP_zmq_timers_new:
        return by_copy[lib->index].timers_new;
    case ZG_OP_zmq_poller_new:
        return by_copy[lib->index].poller_new;
    case ZG_OP_zmq_msg_init_data:
        return by_copy[lib->index].msg_init_data;
    default:
        return table[op].hook;
    }
}
