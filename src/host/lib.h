/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The copies of libzmq in this process and their real functions.
 *
 * A process can hold several copies (a distribution's and one bundled with a wheel). A handle
 * belongs to the copy that made it: the records of contexts and sockets keep the copy, and only
 * calls without a known handle are resolved by their caller.
 */
#ifndef ZG_HOST_LIB_H
#define ZG_HOST_LIB_H

#include "host/ops.h"

typedef void zg_function(void);

/* How the calls into a copy reach the guard. */
enum zg_guarded {
    ZG_GUARDED_BY_SYMBOL, /* the loader binds them to it, or slots and dlsym are led to it */
    ZG_GUARDED_BY_PATCH,  /* jumps stand at the entries of its functions (host/embedded.h) */
    ZG_GUARDED_NOT,
};

struct zg_text_range {
    uintptr_t start, end;
};

/*
 * One copy of libzmq. Never freed; after it was published only the two atomic fields change (unless
 * ZG_LIB_MAX copies were seen: then the record of one that is gone serves again).
 */
struct zg_lib {
    uint32_t gone;        /* atomic: it was unloaded; its handles died with it */
    uint32_t used;        /* atomic: a call was resolved to it */
    uintptr_t text_start; /* its code; of an embedded one the longest piece; empty: not known */
    uintptr_t text_end;
    uintptr_t base;       /* load bias */
    uintptr_t object_end; /* of the object that holds it */
    uint32_t index;       /* 0, 1, … in the order in which they were seen */
    bool drafts;          /* it exports draft functions */
    bool embedded;        /* linked statically into an object that is more than libzmq */
    bool hidden;          /* and the object does not export it */
    bool names_found;     /* its symbols were found, whatever was made of them */
    enum zg_guarded guarded;
    char path[256];
    char why[160];   /* what is not guarded of it, and why; "" */
    bool may_inline; /* `why` is that calls to it may have been inlined: no more than a doubt */
    /* All of an embedded copy's code, sorted. The memory stays with the record. */
    struct zg_text_range *ranges;
    uint32_t range_count; /* 0: text_start to text_end is all */
    uint32_t range_room;
    /* Code that may be its own or the application's: calls from there pass unseen. Empty: none. */
    struct zg_text_range mixed;
    /* Where the first instructions of its patched functions run, and one jump to know them by. */
    struct zg_text_range room;
    uintptr_t jump_at;
    uint64_t jump;
    /* The functions that a call through the guard goes on to: the copy's own, or those of another
     * preload that stands between the guard and it. NULL where the copy lacks the function. */
    zg_function *fn[ZG_OP_COUNT];
    uintptr_t own[ZG_OP_COUNT]; /* the copy's own definitions, 0 where it has none */
    /* Functions that the guard calls itself and does not stand in front of: */
    int (*zmq_errno)(void);
    void (*zmq_version)(int *major, int *minor, int *patch);
    const char *(*zmq_strerror)(int errnum);
    void *(*zmq_msg_data)(void *msg);
};

#define ZG_LIB_MAX 8

/* Text ranges that are "libzmq calling itself": every copy's, and the guard's own. The first two
 * stand apart because nearly every process has one copy. Written under the lib lock; a reader that
 * misses a just added range treats a call as the application's: only possible during dlopen. */
struct zg_lib_ranges {
    uintptr_t own_start, own_size;     /* the guard's text, in bytes */
    uintptr_t first_start, first_size; /* the first copy's; atomic, size 0 = none */
    const struct zg_lib *first;        /* atomic: written before its range */
    uint32_t count;                    /* atomic: copies known */
    uint32_t more;                     /* atomic: there are others than the first */
};
extern ZG_HIDDEN struct zg_lib_ranges zg_lib_ranges;

/* In a range other than the first? Lock-free. */
bool zg_lib_contains_slow(uintptr_t address);
/* The same, or in code that may be. */
bool zg_lib_may_contain_slow(uintptr_t address);

/* In the first copy's text? Then it is there, with all that it calls itself. */
ZG_INLINE bool zg_lib_is_first(uintptr_t address)
{
    return address - zg_lib_ranges.first_start < zg_lib_ranges.first_size;
}

/* Does the address lie in a libzmq (or in the guard)? Then the call is libzmq's own, or passes as
 * such. */
ZG_INLINE bool zg_lib_is_internal(uintptr_t address)
{
    const struct zg_lib_ranges *r = &zg_lib_ranges;

    return zg_lib_is_first(address) || address - r->own_start < r->own_size ||
           (zg_unlikely(__atomic_load_n(&r->more, __ATOMIC_RELAXED) != 0) &&
            zg_lib_may_contain_slow(address));
}

/* Surely not libzmq: at a glance. */
ZG_INLINE bool zg_lib_is_foreign(uintptr_t address)
{
    return !zg_lib_is_first(address) && __atomic_load_n(&zg_lib_ranges.more, __ATOMIC_RELAXED) == 0;
}

/* Only libzmq, not the guard: for the hooks of libc functions. */
ZG_INLINE bool zg_lib_is_libzmq(uintptr_t address)
{
    const struct zg_lib_ranges *r = &zg_lib_ranges;

    return zg_lib_is_first(address) ||
           (zg_unlikely(__atomic_load_n(&r->more, __ATOMIC_RELAXED) != 0) &&
            zg_lib_contains_slow(address));
}

/* The copy whose code contains the address, or NULL. Lock-free. */
const struct zg_lib *zg_lib_at(uintptr_t address);
/* The copy that has a function of the API at this address, or NULL: also one whose code inside is
 * not known. */
const struct zg_lib *zg_lib_defining(uintptr_t function);
/* The copy inside of the object that maps the address, or NULL. */
const struct zg_lib *zg_lib_in_object(uintptr_t base);
/* Copies seen so far: 0 .. *count - 1. */
const struct zg_lib *const *zg_lib_all(uint32_t *count);

/* The operation that this address implements in the copy, or ZG_OP_COUNT. */
uint32_t zg_lib_op_at(const struct zg_lib *lib, uintptr_t address);

/* Looks through the loaded objects for copies not seen yet, and patches what needs it
 * (host/patch.h). About 50 ns when nothing was loaded; takes the loader's list lock: call it
 * without a lock of ours. */
void zg_lib_refresh(void);
/* The same, right after a dlopen of this thread: no other thread can be inside of what is new. */
void zg_lib_refresh_loaded(void);

/* The copy that was in the global scope when the process started, or NULL: nearly everybody's. */
const struct zg_lib *zg_lib_global(void);
/* A call went to this copy. */
void zg_lib_mark_used(const struct zg_lib *lib);

/* For a child after fork: this, host/objects.h and host/patch.h. */
void zg_lib_after_fork(void);

#endif
