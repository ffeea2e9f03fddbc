/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The stacks of a finding, resolved: what each address is called. The one set of the process,
 * filled under the report lock, in memory that is mapped once.
 */
#ifndef ZG_REPORT_FRAMES_H
#define ZG_REPORT_FRAMES_H

#include "host/objects.h"
#include "report/finding.h"

/* A line of source: inlined functions have one each. All text is raw. */
struct zg_line {
    const char *function; /* "" unknown; demangled */
    const char *file;     /* "" unknown; strip_path_prefix is not applied */
    uint32_t line;        /* 0 unknown */
    uint32_t column;
};

/* An address and what is known of it. */
struct zg_place {
    uintptr_t pc;            /* of the call: the return address - 1 */
    bool has_object;         /* else the address is in no loaded object */
    bool internal;           /* in a libzmq or in the guard */
    bool script;             /* not code but a place in a script: one line, and nothing else */
    struct zg_object object; /* where has_object */
    uint64_t offset;         /* pc in the object's own numbering */
    const char *symbol;      /* mangled name, "" unknown */
    uint64_t symbol_offset;
    uint32_t line_count; /* 0: no line information */
    const struct zg_line *lines;
};

#define ZG_PLACES 512

/* Innermost first, without the guard's and libzmq's own frames at the top and the C library's at
 * the bottom. */
struct zg_trace {
    uint32_t count;
    uint16_t places[ZG_STACK_FRAMES];
    const char *unfollowed; /* NULL, or whose frames end the chain: "libv8.so", "generated code" */
};

struct zg_traces {
    struct zg_trace of[ZG_FINDING_EVENTS]; /* by the finding's event */
    uint32_t count;                        /* of places */
    struct zg_place places[ZG_PLACES];
};

/* Resolves all stacks of the finding; NULL when memory is exhausted. Lines only with symbolize=1.
 * Valid until the next call. */
const struct zg_traces *zg_frames_resolve(const struct zg_finding *f);

ZG_INLINE const struct zg_place *zg_frames_at(const struct zg_traces *t, uint32_t event, uint32_t n)
{
    return &t->places[t->of[event].places[n]];
}
/* The file's name as reports show it: without strip_path_prefix. */
const char *zg_frames_file(const char *file);

#endif
