/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Blind spots: libzmq code in this process that no call reached through the guard. The exit summary
 * names them, so that silence is never taken for a clean bill.
 */
#ifndef ZG_HOST_BLIND_H
#define ZG_HOST_BLIND_H

#include "base/compiler.h"

enum zg_blind {
    ZG_BLIND_EMBEDDED,  /* libzmq is linked into this object, and not guarded */
    ZG_BLIND_PARTLY,    /* it is guarded, but for what `why` names */
    ZG_BLIND_NAMESPACE, /* loaded by dlmopen into a link-map namespace of its own */
    ZG_BLIND_DIRECT,    /* this object's calls go straight to libzmq: its slots were not writable */
    ZG_BLIND_UNCALLED,  /* this copy was loaded and never called */
};
/* "libzmq is linked into it and not guarded"; to be printed after the path, and before ": why" if
 * there is one. */
const char *zg_blind_text(enum zg_blind kind);
/* Are calls to a libzmq not checked at all? */
bool zg_blind_is_unguarded(enum zg_blind kind);

/* Somebody names a thread, calling from `caller`. libzmq names its own "ZMQbg/…" (4.2 and later,
 * src/ctx.cpp): from an object that is no libzmq we know, one is linked in. May take the loader's
 * list lock. True when there is one to tell of. */
bool zg_blind_note_thread_name(const char *name, uintptr_t caller);
/* An object's libzmq was found, and cannot be guarded. Takes no lock but its own. */
void zg_blind_note_embedded(const char *path, const char *why);

/* kind and path as below; why: "" or a text that is valid during the visit. */
typedef bool zg_blind_visitor(enum zg_blind kind, const char *path, const char *why, void *arg);
/* Visits what was found since the last time; looks for more only where a dlmopen makes it due. May
 * take the loader's list lock. */
void zg_blind_each_new(zg_blind_visitor *visit, void *arg);

/*
 * Visits each blind spot once; stops when visit returns false. The path is raw, and valid during
 * the visit. Reads /proc/self/maps and the program's constants (some milliseconds for a big
 * program); takes the loader's list lock, allocates nothing.
 */
void zg_blind_each(zg_blind_visitor *visit, void *arg);

#endif
