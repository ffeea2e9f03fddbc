/* SPDX-License-Identifier: MPL-2.0 */
/* Finishes text reports that were made without debug information. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/record.h"
#include "cli/symbolize.h"

/* A frame of a text report. */
struct frame_line {
    int indent;       /* what stands before '#' */
    const char *name; /* what stands behind the number: function and module */
    const char *tail; /* the module's part of it */
    char *module;
    uint64_t offset;
    char build_id[129];
};

/* Where in a log we are. */
struct log_state {
    unsigned number; /* of the next frame in this stack */
    char *place;     /* first line found in this report: what its SUMMARY names */
};

/* The start of " (/PATH+0xOFFSET)", which a function's own parentheses may precede. */
static const char *module_start(const char *line, const char *plus)
{
    const char *start = NULL;

    for (const char *p = strstr(line, " ("); p != NULL && p < plus; p = strstr(p + 1, " ("))
        if (start == NULL || *start != '/')
            start = p + 2;
    return start;
}

/* Does "FUNCTION FILE:LINE:COLUMN " stand there already? */
static bool has_line(const char *name, const char *tail)
{
    const char *p = tail;

    while (p > name && p[-1] == ' ')
        p--;
    if (p == name || p[-1] < '0' || p[-1] > '9')
        return false;
    while (p > name && p[-1] >= '0' && p[-1] <= '9')
        p--;
    return p > name && p[-1] == ':';
}

/* "(MODULE+0xOFFSET) (BuildId: HEX)" at the end of the line. Text before it is free. */
static bool read_tail(const char *line, struct frame_line *f)
{
    const char *plus = NULL, *start, *id;
    size_t n;

    for (const char *p = strstr(line, "+0x"); p != NULL; p = strstr(p + 1, "+0x"))
        plus = p;
    start = plus == NULL ? NULL : module_start(line, plus);
    if (start == NULL)
        return false;
    n = strspn(plus + 3, "0123456789abcdef");
    if (plus[3 + n] != ')' || zg_str_number(plus + 3, n, 16, &f->offset) != 0)
        return false;
    id = strstr(plus, "(BuildId: ");
    n = id == NULL ? 0 : strspn(id + 10, "0123456789abcdef");
    if (n >= sizeof(f->build_id))
        return false;
    if (n > 0)
        zg_str_copy(f->build_id, n + 1, id + 10);
    if (has_line(line, start - 1))
        return false;
    f->tail = start - 1;
    f->module = zg_cli_format("%.*s", (int)(plus - start), start);
    return true;
}

static bool read_frame(const char *line, struct frame_line *f)
{
    const char *p = line + strspn(line, " ");

    f->indent = (int)(p - line);
    if (*p != '#' || p[1] < '0' || p[1] > '9')
        return false;
    p += 1 + strspn(p + 1, "0123456789");
    f->name = p + strspn(p, " ");
    return read_tail(f->name, f);
}

static void note_place(struct log_state *state, const struct zg_symbol *symbol)
{
    if (state->place != NULL || symbol->file == NULL || symbol->function == NULL ||
        zg_str_starts(symbol->function, "zmq::"))
        return;
    state->place = zg_cli_format("%s:%u in %s", symbol->file, symbol->line, symbol->function);
}

static void put_symbol(const struct frame_line *f, const struct zg_symbol *symbol, unsigned number,
                       FILE *out)
{
    const char *slash = strrchr(f->module, '/');

    fprintf(out, "%*s#%u %s", f->indent, "", number,
            symbol->function != NULL ? symbol->function : "??");
    if (symbol->file != NULL)
        fprintf(out, " %s:%u", symbol->file, symbol->line);
    if (symbol->file != NULL && symbol->column != 0)
        fprintf(out, ":%u", symbol->column);
    /* With the line known the module's name is enough: as the guard writes it. */
    if (symbol->file != NULL && slash != NULL)
        fprintf(out, " (%s%s", slash + 1, f->tail + 1 + strlen(f->module));
    else
        fprintf(out, " %s", f->tail);
}

static void put_frame(struct zg_symbols *s, const struct frame_line *f, struct log_state *state,
                      FILE *out)
{
    char *path = zg_record_unescape(f->module);
    const struct zg_symbol *found;
    size_t n = zg_symbols_at(s, path, f->build_id, f->offset, &found);

    for (size_t i = 0; i < n; i++) {
        put_symbol(f, &found[i], state->number++, out);
        note_place(state, &found[i]);
    }
    if (n == 0)
        fprintf(out, "%*s#%u %s", f->indent, "", state->number++, f->name);
    free(path);
}

/* "SUMMARY: libzmqguard: KIND MODULE+0xOFFSET" gets file and line, like a report made here. */
static void put_summary(const char *line, const struct log_state *state, FILE *out)
{
    const char *summary = strstr(line, "SUMMARY: libzmqguard: ");
    const char *where = summary + strlen("SUMMARY: libzmqguard: ");

    where += strcspn(where, " \n");
    if (state->place == NULL || strstr(where, "+0x") == NULL)
        fputs(line, out);
    else
        fprintf(out, "%.*s %s\n", (int)(where - line), line, state->place);
}

static void take_line(struct zg_symbols *s, struct log_state *state, const char *line, FILE *out)
{
    struct frame_line f = {0};
    bool is_frame = line[strspn(line, " ")] == '#';

    if (is_frame && read_frame(line, &f)) {
        put_frame(s, &f, state, out);
        free(f.module);
        return;
    }
    /* A frame that is complete counts; anything else begins a new stack. */
    state->number = is_frame ? state->number + 1 : 0;
    if (strstr(line, ": libzmqguard: ") == NULL) {
        fputs(line, out);
    } else if (strstr(line, "SUMMARY: libzmqguard: ") != NULL) {
        put_summary(line, state, out);
    } else {
        free(state->place);
        state->place = NULL;
        fputs(line, out);
    }
}

void zg_symbolize_log(struct zg_symbols *s, FILE *in, FILE *out)
{
    struct log_state state = {0};
    char *line = NULL;
    size_t cap = 0;

    while (getline(&line, &cap, in) > 0)
        if (!zg_symbolize_record(s, line, out))
            take_line(s, &state, line, out);
    free(line);
    free(state.place);
}
