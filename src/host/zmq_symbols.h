/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A libzmq inside of an object that is more than libzmq: where its functions are, and which code is
 * its own, by the names in a symbol table. Pure reading of files; used in the process and by the
 * command.
 */
#ifndef ZG_HOST_ZMQ_SYMBOLS_H
#define ZG_HOST_ZMQ_SYMBOLS_H

#include "host/lib.h"
#include "host/symbol_file.h"

#define ZG_ZMQ_RANGES 4096 /* runs of libzmq's functions; one compiled by itself has three */

/* Addresses are the file's own. */
struct zg_zmq_symbols {
    struct zg_text_range functions[ZG_OP_COUNT]; /* of the API; start 0: not there */
    uint64_t zmq_msg_data;                       /* 0: not there */
    bool is_split[ZG_OP_COUNT];    /* the compiler made copies of it: calls may go to one of them */
    bool may_be_optimised_at_link; /* calls to it may have been inlined anywhere */
    bool is_optimised_at_link;     /* surely */
    uint32_t range_count;          /* libzmq's code, sorted, disjoint */
    struct zg_text_range ranges[ZG_ZMQ_RANGES];
};

enum zg_zmq_symbols_error {
    ZG_ZMQ_SYMBOLS_OK,
    ZG_ZMQ_SYMBOLS_NONE,   /* no table names zmq_ctx_new */
    ZG_ZMQ_SYMBOLS_BROKEN, /* overlapping, outside of the code, twice: not to be believed */
    ZG_ZMQ_SYMBOLS_INSIDE, /* only the API has names: its functions are sound, the ranges unknown */
    ZG_ZMQ_SYMBOLS_SCATTERED /* more runs than ZG_ZMQ_RANGES */,
    ZG_ZMQ_SYMBOLS_MEMORY,
};
/* "its symbol table cannot be believed"; static. */
const char *zg_zmq_symbols_text(enum zg_zmq_symbols_error error);

/*
 * Looks into .dynsym and .symtab of `image`, then into .symtab of `debug` (-1: none; a separate
 * debug file of the same build-id). `text`: the code of the image. Reads only; a process that has
 * no libzmq inside pays for looking through the names.
 */
enum zg_zmq_symbols_error zg_zmq_symbols_find(int image, int debug,
                                              const struct zg_symbol_text *text,
                                              struct zg_zmq_symbols *out);

/* What to say when may_be_optimised_at_link, and when is_optimised_at_link. */
#define ZG_ZMQ_MAY_INLINE                                                                          \
    "functions are missing: if it was optimised at link time, calls that were inlined are not "    \
    "seen"
#define ZG_ZMQ_INLINED "it was optimised at link time: calls that were inlined are not seen"

/* Without these the lives of sockets and contexts would not be known: better nothing is guarded. */
bool zg_zmq_is_essential(uint32_t op);
/* An atomic counter's functions are an instruction or two, with no room for a jump. Where they are
 * linked in they are not seen, which is no reason to call a copy guarded in part. */
bool zg_zmq_is_too_short(uint32_t op);
/* Why calls to a function are not seen wherever it is: NULL, or that there are copies of it that
 * are called instead, or, of an essential one, that it is inside of its callers. Static. */
const char *zg_zmq_symbols_lost(const struct zg_zmq_symbols *symbols, uint32_t op);

enum zg_zmq_name {
    ZG_ZMQ_NAME_OTHER,   /* somebody else's */
    ZG_ZMQ_NAME_LIBZMQ,  /* libzmq's */
    ZG_ZMQ_NAME_BETWEEN, /* templates of the C++ library, static functions: whose neighbours are */
};
/* Whose function a mangled name is. The namespace zmq alone says nothing: cppzmq and the module of
 * Node use it too. */
enum zg_zmq_name zg_zmq_name_of(const char *name);

#endif
