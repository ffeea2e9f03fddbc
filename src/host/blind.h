/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Blind spots: libzmq code in this process that no call reached through the guard. The exit summary
 * names them, so that silence is never taken for a clean bill.
 */
#ifndef ZG_HOST_BLIND_H
#define ZG_HOST_BLIND_H

#include "base/compiler.h"

enum zg_blind {
    ZG_BLIND_STATIC,    /* libzmq is linked into this object */
    ZG_BLIND_NAMESPACE, /* loaded by dlmopen into a link-map namespace of its own */
    ZG_BLIND_DIRECT,    /* this object's calls go straight to libzmq: its slots were not writable */
    ZG_BLIND_UNCALLED,  /* this copy was loaded and never called */
};
/* "libzmq is linked into it: not checked"; to be printed after the path. */
const char *zg_blind_text(enum zg_blind kind);

/* Somebody names a thread, calling from `caller`. libzmq names its own "ZMQbg/…" (4.2 and later,
 * src/ctx.cpp): from an object that is no libzmq we know, one is linked in. May take the loader's
 * list lock. */
void zg_blind_note_thread_name(const char *name, uintptr_t caller);

/*
 * Visits each blind spot once; stops when visit returns false. The path is raw, and valid during
 * the visit. Reads /proc/self/maps and the program's constants (some milliseconds for a big
 * program); takes the loader's list lock, allocates nothing.
 */
void zg_blind_each(bool (*visit)(enum zg_blind kind, const char *path, void *arg), void *arg);

#endif
