/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What becomes of the files of ipc endpoints after the bind, by the application's own hand or by
 * others'. A file is known by device and inode, however it is named: a mode that changes is looked
 * at at once, with the stack of who changed it; a file that the application takes away is not
 * missed later; one that it renames, or a directory above it, is followed.
 *
 * All keep errno, and return at once in a process that has no ipc endpoint.
 */
#ifndef ZG_ENDPOINT_FILE_H
#define ZG_ENDPOINT_FILE_H

#include "endpoint/report.h"

/* The listener whose file stands at the path, which is about to be removed; NULL mostly. */
struct zg_listener *zg_file_find(int dir, const char *path);
ZG_INLINE struct zg_listener *zg_file_of(int dir, const char *path)
{
    return zg_likely(!__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED))
               ? NULL
               : zg_file_find(dir, path);
}
/* It was removed, when rc, which is returned, is 0. l may be NULL. */
ZG_INLINE int zg_file_removed(struct zg_listener *l, int rc)
{
    if (zg_unlikely(l != NULL) && rc == 0)
        __atomic_store_n(&l->removed_here, true, __ATOMIC_RELAXED);
    return rc;
}

#define ZG_FILE_EXCHANGE 2U /* RENAME_EXCHANGE of linux/fs.h */
struct zg_file_move {
    int from_dir;
    const char *from;
    int to_dir;
    const char *to;
    unsigned flags; /* of renameat2(2) */
};
/* Of one that succeeded: finds the listeners' files again. */
void zg_file_follow(const struct zg_file_move *move);
/* After rename(2) and its like returned rc, which is returned. over: whose file stood at the new
 * name, or NULL. */
ZG_INLINE int zg_file_renamed(struct zg_listener *over, const struct zg_file_move *move, int rc)
{
    if (zg_unlikely(__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED)) && rc == 0) {
        if ((move->flags & ZG_FILE_EXCHANGE) == 0)
            (void)zg_file_removed(over, 0);
        zg_file_follow(move);
    }
    return rc;
}

/* After a change that succeeded. */
void zg_file_look_at(int dir, const char *path, const char *doing, uintptr_t caller,
                     uintptr_t frame);
/* After chmod(2) and its like returned rc, which is returned. May raise. */
ZG_INLINE int zg_file_changed(int rc, int dir, const char *path, const char *doing,
                              uintptr_t caller, uintptr_t frame)
{
    if (zg_unlikely(__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED)) && rc == 0)
        zg_file_look_at(dir, path, doing, caller, frame);
    return rc;
}

enum zg_look {
    ZG_LOOK_SELDOM, /* at most once a second */
    ZG_LOOK_NOW,
    ZG_LOOK_LAST, /* the process ends: a file that is gone is nobody's loss any more */
};
/* Looks again at a listener's file. May raise. */
void zg_file_look_again(const struct zg_notice *n, struct zg_listener *l, enum zg_look when);

/*
 * Looks at all files again, so that a theft does not stay unseen where nobody comes any more.
 * Called by threads that have waited: one of the application's does it every ipc_watch= seconds;
 * where none has come back from a wait one of libzmq's I/O threads, half that time later. May
 * raise.
 */
void zg_file_look_round(void);
/* How long an I/O thread may wait before that, in ms; -1 without end. No other thread's wait is cut
 * short: a timer for each would cost more than the rest of the guard. */
int zg_file_turn(void);
/* The last look, at the end of the process. May raise. */
void zg_file_at_exit(void);
ZG_INLINE void zg_file_watch(void)
{
    if (zg_unlikely(__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED)))
        zg_file_look_round();
}

#endif
