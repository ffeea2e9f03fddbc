/* SPDX-License-Identifier: MPL-2.0 */
/*
 * The text form of a report, wherever it is made: by the library as it happens, or by the command
 * from a record (libzmqguard(7), REPORTS, shows one). In this order, so that a reader meets his own
 * code first:
 *   a rule of '='; ERROR: or WARNING:; the uses that collide, each with its stack; what is known
 *   about them (locks held, order); the endpoint; where things were created; rule, fix,
 *   suppression; for an error SUMMARY: as the last line; a rule.
 * Of a stack the frames of libraries are folded into one line, unless all are asked for; a stack
 * that stands above already is named, not printed again.
 *
 * Pure: who has the facts gives them by the functions of struct zg_layout. Texts are never NULL.
 */
#ifndef ZG_REPORT_LAYOUT_H
#define ZG_REPORT_LAYOUT_H

#include "base/str.h"

#define ZG_LAYOUT_BUILD_ID 72

struct zg_layout_frame {
    const char *function; /* or symbol; "" unknown */
    const char *file;     /* "" unknown */
    uint32_t line, column;
    const char *module; /* "" none: offset is an address then */
    uint64_t offset;
    uint64_t symbol_offset;            /* from the symbol on; where is_symbol */
    char build_id[ZG_LAYOUT_BUILD_ID]; /* hexadecimal, "" unknown */
    bool is_symbol;                    /* function is a bare symbol, without line information */
    bool is_script;                    /* a line of a script: no module */
    bool is_library;                   /* report/code.h */
};

struct zg_layout_event {
    const char *heading; /* escaped; valid until the next is asked for */
    bool is_use;         /* what the finding is about, not where something comes from */
    uint32_t frames;
    const char *unfollowed; /* whose frames end the stack; "" it was followed to its end */
};

struct zg_layout_component {
    const char *path;
    char type; /* 'd' directory, 's' socket, 'l' link, '-' file */
    char mode[8];
    uint32_t uid, gid;
    const char *why; /* "" nothing */
    bool is_offending;
};

struct zg_layout {
    bool is_error;
    bool is_escaped; /* paths and names are, as in records; else they are escaped when written */
    bool all_frames; /* frames=all */
    const char *kind, *sentence, *rule, *fix, *suppression, *where; /* escaped */
    const char *expired; /* the suppression that would have applied; escaped, "" none */
    const char *from;    /* process, host and time where the text does not say it; escaped */
    int pid;
    uint32_t line_count, event_count, component_count;
    const char *endpoint, *umask, *peer; /* "" none */
    const void *source;
    const char *(*line)(const struct zg_layout *l, uint32_t n); /* escaped */
    void (*event)(const struct zg_layout *l, uint32_t n, struct zg_layout_event *out);
    void (*frame)(const struct zg_layout *l, uint32_t event, uint32_t n,
                  struct zg_layout_frame *out);
    void (*component)(const struct zg_layout *l, uint32_t n, struct zg_layout_component *out);
};

/* Colours of a terminal; empty strings where there is none. */
struct zg_palette {
    const char *alarm, *head, *strong, *dim, *end;
};
extern const struct zg_palette zg_palette_plain, zg_palette_colour;

/* Writes the report. What does not fit is left out, never the SUMMARY: out needs 2 KiB. */
void zg_layout_write(const struct zg_layout *l, const struct zg_palette *colours,
                     struct zg_buf *out);
/* layout_stack.c: the lines below an event's heading. */
void zg_layout_stack(const struct zg_layout *l, uint32_t event, const struct zg_palette *colours,
                     struct zg_buf *out);
/* Appends text from outside. */
void zg_layout_text(const struct zg_layout *l, const char *text, struct zg_buf *out);

#endif
