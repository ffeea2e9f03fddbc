/* SPDX-License-Identifier: MPL-2.0 */
/*
 * What a chain of Python frames was like, to tell later whether the thread's is the same again:
 * for each frame its code object and the instruction that it is at. To read their names and lines
 * anew costs microseconds, to compare them some nanoseconds.
 *
 * A code object may be given up and another be made at its address (exec), with another name or
 * other lines at the same addresses too. Where CPython numbers code objects (3.12 and later) the
 * number tells; before, what name and lines are made of is compared by the hashes, of 64 bits, that
 * CPython itself has of it.
 */
#ifndef ZG_HOST_PYTHON_CHAIN_H
#define ZG_HOST_PYTHON_CHAIN_H

#include "host/python.h"

/* One frame. */
struct zg_python_frame {
    uintptr_t code;
    uintptr_t instr; /* as it stands in the frame */
    uint64_t file;   /* the hash of the code's file name; with a version, the name's address */
    uint64_t name;   /* the hashes of its own name and of its table of lines; 0 where the version */
    uint64_t table;  /* says it all */
    uint32_t first_line;
    uint32_t version; /* the code object's number, 0 = it has none */
};

/* The chain of the state's thread, which is the calling one and whose frames were just read by
 * zg_python_add_frames() without failing: how many frames. ZG_PYTHON_FRAMES + 1: they are of a kind
 * that cannot be compared. */
uint32_t zg_python_chain(uintptr_t state, struct zg_python_frame frames[ZG_PYTHON_FRAMES]);
/* Is it the same at this moment? state: zg_python_state(), not 0. Reads what is live only. */
bool zg_python_chain_holds(uintptr_t state, const struct zg_python_frame *frames, uint32_t count);

#endif
