/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The records of what has an owner by its handle: sockets, timer sets, pollers. Lookups take no
 * lock. Contexts: host/contexts.h.
 *
 * A closed object keeps its record, under its handle, until the address is given to a new object
 * or ZG_HANDLES_CLOSED later ones were closed.
 */
#ifndef ZG_HOST_HANDLES_H
#define ZG_HOST_HANDLES_H

#include "model/socket.h"

#define ZG_HANDLES_CLOSED 1024U

/* The record under the handle, closed ones too; NULL for what the guard never saw. The caller
 * compares owned.handle. */
struct zg_socket *zg_handles_find(uintptr_t handle);

/* A new object: fills the record from seed (its owned part is made here), owned by a. NULL when
 * memory is exhausted: then the object is not checked. */
struct zg_socket *zg_handles_add(const struct zg_socket *seed, struct zg_actor *a, uintptr_t handle,
                                 uint64_t flags);
/* libzmq gave the address to an object that the guard does not record: no older record may speak
 * for it. */
void zg_handles_unknown(uintptr_t handle);
/* Copies what is remembered of the closed object that had the address before. False when there was
 * none, or it is forgotten. */
bool zg_handles_previous(const struct zg_socket *s, struct zg_socket *previous);
/* Before the real close: from now on every use of the handle is a use after close. The caller is
 * inside. */
void zg_handles_closing(struct zg_socket *s, const struct zg_actor *a, uint32_t stack);
/* After it: the record may be given to another object, much later. */
void zg_handles_bury(struct zg_socket *s);

struct zg_table;
/* The table itself, for who reads it from outside of the process (start/inspect.h). */
struct zg_table *zg_handles_table(void);
/* Every record, closed ones too, under the lock of the list; visit must not add or bury. */
void zg_handles_each(bool (*visit)(struct zg_socket *s, void *arg), void *arg);
/* Sets the bit of every slot that an object's last use names. */
void zg_handles_mark(uint64_t bits[]);
/* Sockets ever made; open now. */
void zg_handles_counts(uint32_t *made, uint32_t *open);
/* Uses of all objects that ever were; about right while other threads use them. */
uint64_t zg_handles_calls(void);
/* The parent's objects become what they are in a child. */
void zg_handles_after_fork(void);

#endif
