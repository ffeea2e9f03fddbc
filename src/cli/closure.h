/* SPDX-License-Identifier: MPL-2.0 */
/* Finds what the loader would load together with a file, without running any of it. */
#ifndef ZG_CLI_CLOSURE_H
#define ZG_CLI_CLOSURE_H

#include "base/compiler.h"

struct zg_closure {
    char **paths; /* of the objects, the file itself first */
    size_t count;
    char **missing; /* names that the loader could not find */
    size_t missing_count;
};

/* Asks the loader (ld.so --list), which maps the objects and runs nothing. 0, or -ZG_EINVAL when
 * it cannot load the file. zg_closure_free() in any case. */
int zg_closure_of(const char *path, struct zg_closure *closure);
void zg_closure_free(struct zg_closure *closure);

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
