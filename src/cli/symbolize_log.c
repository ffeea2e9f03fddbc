/* SPDX-License-Identifier: MPL-2.0 */
/* Finishes a log that was made without debug information. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/symbolize.h"

/* A frame of a text report. */
struct frame_line {
    int indent;       /* what stands before '#' */
    const char *name; /* what stands between the number and the module; may be empty */
    int name_len;
    char *module;
    uint64_t offset;
    char build_id[129];
};

/* "(MODULE+0xOFFSET) (BuildId: HEX)" at the end of the line. Text before it is free. */
static bool read_tail(const char *line, struct frame_line *f)
{
    const char *open = NULL, *plus, *id, *p;
    size_t n;

    for (p = strstr(line, "+0x"); p != NULL; p = strstr(p + 1, "+0x"))
        open = p;
    plus = open;
    while (open != NULL && open > line && *open != '(')
        open--;
    if (open == NULL || *open != '(')
        return false;
    n = strspn(plus + 3, "0123456789abcdef");
    if (plus[3 + n] != ')' || zg_str_number(plus + 3, n, 16, &f->offset) != 0)
        return false;
    id = strstr(plus, "(BuildId: ");
    n = id == NULL ? 0 : strspn(id + 10, "0123456789abcdef");
    if (n >= sizeof(f->build_id))
        return false;
    f->build_id[0] = '\0';
    if (n > 0)
        zg_str_copy(f->build_id, n + 1, id + 10);
    f->name_len = (int)(open - f->name);
    f->module = zg_cli_format("%.*s", (int)(plus - open - 1), open + 1);
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
    return read_tail(line, f);
}

static void put_frame(struct zg_symbols *s, struct frame_line *f, unsigned *number, FILE *out)
{
    const struct zg_symbol *found;
    size_t n = zg_symbols_at(s, f->module, f->build_id, f->offset, &found);
    bool useful = n > 0 && found[0].file != NULL;

    for (size_t i = 0; useful && i < n; i++) {
        fprintf(out, "%*s#%u %s", f->indent, "", (*number)++,
                found[i].function != NULL ? found[i].function : "??");
        if (found[i].file != NULL)
            fprintf(out, " %s:%u:%u", found[i].file, found[i].line, found[i].column);
        fprintf(out, " %s", f->name + f->name_len);
    }
    if (!useful)
        fprintf(out, "%*s#%u %s", f->indent, "", (*number)++, f->name);
}

void zg_symbolize_log(struct zg_symbols *s, FILE *in, FILE *out)
{
    char *line = NULL;
    size_t cap = 0;
    unsigned number = 0;

    while (getline(&line, &cap, in) > 0) {
        struct frame_line f = {0};

        if (read_frame(line, &f)) {
            put_frame(s, &f, &number, out);
            free(f.module);
        } else {
            number = 0;
            fputs(line, out);
        }
    }
    free(line);
}
