/* SPDX-License-Identifier: MPL-2.0 */
/* What the symbols and strings of a shared object or program tell of libzmq. */
#ifndef ZG_CLI_FACTS_H
#define ZG_CLI_FACTS_H

#include <stdbool.h>
#include <stddef.h>

/* How one object is related to libzmq, and how calls from it could be seen. */
struct zg_object_facts {
    bool defines_zmq;    /* exports zmq_ctx_new: others may call its libzmq */
    bool exports_more;   /* functions that are not libzmq's */
    bool hides_zmq;      /* has a libzmq inside that it does not export */
    size_t zmq_imports;  /* zmq_* functions that it calls in other objects */
    bool imports_dlopen; /* can load more later */
    bool imports_dlmopen;
    bool needs_zmq;      /* DT_NEEDED of a libzmq */
    const char *runtime; /* "Go", "Rust", …: synchronisation that no preload can see; or NULL */
};

/* 0 or -ZG_E*. */
int zg_object_facts(const char *path, struct zg_object_facts *facts);

#endif
