/* SPDX-License-Identifier: MPL-2.0 */
/* What to do about a finding, where the advice of its kind would not work. */
#ifndef ZG_TRACK_ADVICE_H
#define ZG_TRACK_ADVICE_H

#include "base/compiler.h"

struct zg_finding;

/* Gives a thread kind's finding its fix: `op` is the call at fault, `other` the one it collides
 * with or follows (indexes into zmq.def), `strict` when ordered uses are reported. Called in the
 * thread at fault, whose language decides the words. */
void zg_advise(struct zg_finding *f, uint32_t op, uint32_t other, bool strict);

#endif
