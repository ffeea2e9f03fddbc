/* SPDX-License-Identifier: MPL-2.0 */
/* Finishes a JSON record that was made without debug information. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/record.h"
#include "cli/symbolize.h"

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s == NULL ? "" : s;
}

static json_t *line_of(const struct zg_symbol *symbol)
{
    json_t *line = json_pack("{s:s}", "function", symbol->function != NULL ? symbol->function : "");

    if (symbol->file != NULL)
        json_object_set_new(line, "file", json_string(symbol->file));
    if (symbol->line != 0)
        json_object_set_new(line, "line", json_integer(symbol->line));
    if (symbol->column != 0)
        json_object_set_new(line, "column", json_integer(symbol->column));
    return line;
}

static void fill_frame(struct zg_symbols *s, json_t *frame)
{
    const char *offset = text(frame, "offset");
    const struct zg_symbol *found;
    uint64_t address;
    json_t *lines;
    char *path;
    size_t n;

    if (json_array_size(json_object_get(frame, "lines")) > 0 ||
        zg_str_number(offset, strlen(offset), 0, &address) != 0)
        return;
    path = zg_record_unescape(text(frame, "module"));
    n = zg_symbols_at(s, path, text(frame, "build_id"), address, &found);
    lines = json_array();
    for (size_t i = 0; i < n; i++)
        json_array_append_new(lines, line_of(&found[i]));
    if (n > 0)
        json_object_set(frame, "lines", lines);
    json_decref(lines);
    free(path);
}

/* "MODULE+0xOFFSET in F" becomes "FILE:LINE in F". */
static void fill_where(json_t *root)
{
    char *line = json_dumps(root, JSON_COMPACT), *where;
    enum zg_record_fault fault;
    struct zg_record *r = line == NULL ? NULL : zg_record_read(line, NULL, &fault);
    const struct zg_frame *place = r == NULL ? NULL : zg_record_place(r);

    if (place != NULL && place->file[0] != '\0' && strstr(r->where, "+0x") != NULL) {
        where = zg_cli_format("%s:%u in %s", place->file, place->line, place->function);
        json_object_set_new(root, "where", json_string(where));
        free(where);
    }
    zg_record_free(r);
    free(line);
}

bool zg_symbolize_record(struct zg_symbols *s, const char *line, FILE *out)
{
    json_t *root = line[0] == '{' ? json_loads(line, 0, NULL) : NULL;
    json_t *event, *frame;
    size_t i, k;

    if (json_object_get(root, "zmqguard") == NULL) {
        json_decref(root);
        return false;
    }
    json_array_foreach(json_object_get(root, "events"), i, event)
    {
        json_array_foreach(json_object_get(event, "frames"), k, frame)
        {
            fill_frame(s, frame);
        }
    }
    fill_where(root);
    json_dumpf(root, out, JSON_COMPACT);
    fputc('\n', out);
    json_decref(root);
    return true;
}
