/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The records of contexts by their handles. Lookups take no lock.
 *
 * A context that ended keeps its record, under its handle, until the address is used again or
 * ZG_CONTEXTS_ENDED later ones were ended.
 */
#ifndef ZG_HOST_CONTEXTS_H
#define ZG_HOST_CONTEXTS_H

#include "model/socket.h"

#define ZG_CONTEXTS_ENDED 256U

/* The record under the handle, ended ones too; NULL for what the guard never saw. */
struct zg_context *zg_contexts_find(uintptr_t handle);
/* A new context of this copy of libzmq, made by a at the stack. NULL when memory is exhausted: then
 * it is not checked. */
struct zg_context *zg_contexts_add(uintptr_t handle, const struct zg_lib *lib,
                                   const struct zg_actor *a, uint32_t stack);
/* libzmq gave the address to a context that the guard does not record: no older record may speak
 * for it. */
void zg_contexts_unknown(uintptr_t handle);
/* zmq_ctx_term() returned 0 for the context that had this number when it was called; by now its
 * address, and with it the record, may be another's. */
void zg_contexts_ended(struct zg_context *c, uint32_t number, const struct zg_actor *a,
                       uint32_t stack);
/* Every record, ended ones too, under the lock of the list; visit must not add or end. */
void zg_contexts_each(bool (*visit)(struct zg_context *c, void *arg), void *arg);
/* Was a context ever made? */
bool zg_contexts_any(void);
/* The parent's contexts become what they are in a child; part of zg_handles_after_fork(). */
void zg_contexts_after_fork(void);

#endif
