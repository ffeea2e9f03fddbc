/* SPDX-License-Identifier: MPL-2.0 */
/*
 * One JSON record of the guard (format=json; libzmqguard(7), RECORDS), read. Texts belong to the
 * record and are never NULL: what a record lacks is "" or 0. Unknown fields are ignored.
 */
#ifndef ZG_CLI_RECORD_H
#define ZG_CLI_RECORD_H

#include <jansson.h>

#include "base/compiler.h"

/* One function: a frame of the record has several where functions were inlined. */
struct zg_frame {
    const char *function; /* demangled; or the symbol's name, demangled here */
    const char *file, *module, *build_id;
    uint64_t offset; /* of the call in the module's own numbering */
    uint64_t symbol_offset;
    unsigned line, column; /* 0 unknown */
    bool is_symbol;        /* function is a bare symbol, without line information */
    bool is_script;        /* a place in a script, without a module */
};

struct zg_event {
    const char *role;    /* "access", "inside", "last-use", "created", … */
    const char *heading; /* what stands above its stack */
    const char *op;      /* "zmq_send" */
    unsigned thread, object;
    struct zg_frame *frames;
    size_t frame_count;
    const char *unfollowed; /* "", or whose frames end the stack */
};

struct zg_actor {
    unsigned id, creator;
    int tid;
    const char *name;
    bool is_main, is_internal, is_finished;
};

struct zg_object {
    unsigned number, creator;
    const char *what, *type, *endpoints;
};

struct zg_component {
    const char *path, *type, *why;
    const char *mode; /* octal */
    unsigned uid, gid;
    bool is_offending;
};

struct zg_record {
    json_t *root;
    char **owned; /* texts that are not root's */
    size_t owned_count;
    const char *kind, *severity, *sentence, *fingerprint, *time, *host, *program, *test;
    const char *where, *rule, *fix, *suppression;
    const char *endpoint, *umask, *peer; /* peer: "uid 1000, gid 1000, pid 12, /usr/bin/x" */
    int pid;
    uint64_t count;    /* how often the process raised it; 1 until its summary says more */
    bool is_summary;   /* what a process says at its end: no kind; lines are its blind spots */
    bool is_notice;    /* a line of the guard about itself: sentence */
    bool is_run;       /* zmqguard run's own: its begin and its end (cli/job.h) */
    bool has_ended;    /* of a run: this is its end */
    const char *begun; /* of a run's end: the time of its begin */
    uint64_t calls, sockets, threads_seen, errors, suppressed, unwritten; /* of a summary */
    const char **lines;
    size_t line_count;
    struct zg_event *events;
    size_t event_count;
    struct zg_actor *threads;
    size_t thread_count;
    struct zg_object *objects;
    size_t object_count;
    struct zg_component *components;
    size_t component_count;
};

/* What a line is that is no record. All but the first may hide a finding. */
enum zg_record_fault {
    ZG_RECORD_FOREIGN, /* somebody else's line */
    ZG_RECORD_CUT,     /* a record, but not all of it */
    ZG_RECORD_TEXT,    /* of a report or summary with format=text */
    ZG_RECORD_SCHEMA,  /* a record of another version */
    ZG_RECORD_BINARY,  /* no text at all */
    ZG_RECORD_FAULTS,
};
/*
 * The record on a line: from its first '{' on, since collectors put times and names in front, or
 * packed into a text field of theirs ("log" of Docker, "MESSAGE" of the journal). NULL when there
 * is none; *fault then says why. *rest, if asked for, is where another record begins on the line,
 * as when one was written without its end; NULL when there is none. Control characters, which no
 * guard writes, are escaped.
 */
struct zg_record *zg_record_read(const char *line, const char **rest, enum zg_record_fault *fault);
/* "not a complete record" */
const char *zg_record_fault_text(enum zg_record_fault fault);
void zg_record_free(struct zg_record *r);

/* Its severity is "error". */
bool zg_record_is_error(const struct zg_record *r);
/* What the finding is about, not where something comes from? (zg_chain_is_use()) */
bool zg_record_is_use(const struct zg_event *e);
/* Another event that is shown before this one (uses are first) and has the same stack; or NULL. */
const struct zg_event *zg_record_same_stack(const struct zg_record *r, const struct zg_event *e);
/* The event of a role, or NULL. */
const struct zg_event *zg_record_event(const struct zg_record *r, const char *role);
/* The two stacks that a finding is about: the call at fault, and what it collides with (NULL when
 * there is none). */
const struct zg_event *zg_record_accused(const struct zg_record *r);
const struct zg_event *zg_record_other(const struct zg_record *r);
/* Is the frame's code a library's, or a language's (report/code.h)? */
bool zg_record_is_library(const struct zg_record *r, const struct zg_frame *f);
/* The frame of an event that its reader looks for (report/chain.h); NULL when it has none. */
const struct zg_frame *zg_record_first(const struct zg_record *r, const struct zg_event *e);
/* Where the finding is: that frame of the accused. */
const struct zg_frame *zg_record_place(const struct zg_record *r);
const struct zg_actor *zg_record_thread(const struct zg_record *r, unsigned id);
/* The bytes behind \xHH, for file names; freed by the caller. */
char *zg_record_unescape(const char *text);

#endif
