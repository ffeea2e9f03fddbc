/* SPDX-License-Identifier: MPL-2.0 */
/* The entries of a thread: making room, putting, forgetting. Only for stack.c. */
#ifndef ZG_HOST_STACK_CACHE_H
#define ZG_HOST_STACK_CACHE_H

#include "host/python_chain.h"
#include "host/stack.h"

/* The thread's cache, made when there is none, with busy set; or NULL when memory is exhausted or
 * this interrupted a capture of the same thread: then nothing may be put. */
struct zg_stack_cache *zg_stack_cache_enter(struct zg_stack_cache **cache, uintptr_t frame);
void zg_stack_cache_leave(struct zg_stack_cache *c);

/* The chain if a cached stack of the cache has it at this moment, else 0. script: the state of the
 * script that the thread runs (zg_python_state()), 0 none. */
zg_stack_id zg_stack_cache_find(const struct zg_stack_cache *c, uintptr_t caller, uintptr_t frame,
                                uintptr_t script);
/* Is the chain of a cached stack that has a script's frames the one of this moment? The three are
 * of that cached stack, in whose cache busy is set. */
bool zg_stack_cache_script_holds(const struct zg_stack_read *reads, uint32_t read_count,
                                 uint32_t script_count);
/* Remembers a chain; cached->reads is copied, and cached->script_count frames of script, if the
 * chain has any or might have. flushes: zg_stack_cache_flushes() before the walk. */
void zg_stack_cache_put(struct zg_stack_cache *c, const struct zg_cached_stack *cached,
                        const struct zg_python_frame *script, uint32_t flushes);

/*
 * Call sites whose chains could not be remembered again and again, because something in them cannot
 * be verified by comparing words (a signal frame, say). note_hard() counts one more; is_hard() says
 * that it were enough: from then on the chain is to end where it can be verified no further.
 */
void zg_stack_cache_note_hard(struct zg_stack_cache *c, uintptr_t caller);
bool zg_stack_cache_is_hard(const struct zg_stack_cache *c, uintptr_t caller);

/* Empties every thread's cache; what is being put meanwhile is forgotten too. */
void zg_stack_cache_flush(void);
uint32_t zg_stack_cache_flushes(void);

#endif
