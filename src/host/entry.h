/* SPDX-License-Identifier: MPL-2.0 */
/*
 * Leading the callers of functions to hooks: a jump is written over a function's entry, and its
 * first instructions run at a place nearby (base/insn.h). For functions that calls reach without
 * the loader.
 *
 * All or nothing: zg_entries_prepare() decides for each function and changes no code;
 * zg_entries_write() writes all jumps, or takes back those that it wrote. Code is written through
 * /proc/self/mem, which leaves the protection of its pages alone; where that is refused they are
 * writable for the moment of the write. The place nearby is never writable and executable at once.
 */
#ifndef ZG_HOST_ENTRY_H
#define ZG_HOST_ENTRY_H

#include "base/insn.h"
#include "host/lib.h"
#include "host/objects.h"

struct zg_entry {
    uintptr_t address; /* of the function, 0: skip this entry */
    size_t size;
    zg_function *hook;
    enum zg_detour_error error; /* set by zg_entries_prepare() */
    zg_function *moved;         /* the function as before; valid after zg_entries_write() */
    struct zg_detour detour;
    uint8_t before[ZG_DETOUR_JUMP]; /* what the jump replaces */
};

/* Where the first instructions of one object's functions run. */
struct zg_entry_room {
    uintptr_t start;
    size_t size; /* 0: none */
};

/* Reserves room near the object and decides for each function. NULL, or why nothing can be done
 * (static text). Entries with an error are left out of what follows. */
const char *zg_entries_prepare(struct zg_entry *entries, size_t count,
                               const struct zg_object *object, struct zg_entry_room *room);
/* NULL, or why it was refused: then everything is as it was, and the room given back. */
const char *zg_entries_write(struct zg_entry *entries, size_t count, struct zg_entry_room *room);
/* Gives the room back: the object is gone, or was not written to. */
void zg_entry_room_free(struct zg_entry_room *room);
/* Is the jump (still) there? Not in an object that was unloaded and loaded again. */
bool zg_entry_is_written(const struct zg_entry *entry);

/* Can no other thread be in the bytes that are about to change? True when there is none, or all
 * others wait in system calls. Reads /proc/self/task. */
bool zg_entries_are_quiet(void);

#endif
