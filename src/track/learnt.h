/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What provocation learnt, kept in a file for the next run of the program (provoke_file=): pairs of
 * places between which sockets went, how often calls there were held, and what came of it. As
 * TSVD's trap files, it saves the next run the learning: a call at either place is held before any
 * hand-over was seen there, and a pair that gave nothing is held less often from the start.
 *
 * A place is a stack, by build-id and offset of each frame, so that it is the same one wherever the
 * objects are loaded; frames of scripts count by function, file and line.
 *
 * The file is text: a line that names the program, a line for each pair, and last a hash of all
 * before it. It is replaced as a whole, by rename(2), at the end of the process, before a proven
 * breach is reported, and after holds once a second at most; of two processes the later one's is
 * kept. One that is not whole, or another program's, is said and left alone; one of another build
 * of the program is said, not used, and replaced.
 */
#ifndef ZG_TRACK_LEARNT_H
#define ZG_TRACK_LEARNT_H

#include "host/stack.h"
#include "report/summary.h"

struct zg_pair;

#define ZG_LEARNT_PAIRS 512 /* kept at most */

/* Reads the file, if there is one to be read. Once, when the process first uses libzmq. */
void zg_learnt_load(void);

/* The pair of these two places as an earlier run knew it, NULL if none did. It is not among those
 * of zg_provoke_each(), but used in place of one. Async-signal-safe, as the next. */
struct zg_pair *zg_learnt_pair(zg_stack_id a, zg_stack_id b);
/* One of those pairs to which the place belongs; NULL there is none. */
struct zg_pair *zg_learnt_place_slow(zg_stack_id place);
extern ZG_HIDDEN bool zg_learnt_any; /* atomic: pairs were read */
ZG_INLINE struct zg_pair *zg_learnt_place(zg_stack_id place)
{
    return zg_unlikely(__atomic_load_n(&zg_learnt_any, __ATOMIC_ACQUIRE))
               ? zg_learnt_place_slow(place)
               : NULL;
}

/* Writes the file, if provoke_file= names one and there is something to keep. rarely: not within a
 * second of the last time. Keeps errno; what fails is said once. */
void zg_learnt_save(bool rarely);

/* The pairs that were read, and what became of them in this run. */
void zg_learnt_each(void (*visit)(struct zg_pair *pair, void *arg), void *arg);
void zg_learnt_collect(struct zg_summary *summary);

#endif
