/* SPDX-License-Identifier: MPL-2.0 */
/* The guard's helper: requests on stdin, answers on stdout. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/symbolize.h"

/* Control characters would end the field, or worse: a file name can hold any. */
static void put_field(FILE *out, const char *text)
{
    for (; text != NULL && *text != '\0'; text++)
        fputc((unsigned char)*text < 0x20 || *text == 0x7f ? '?' : *text, out);
}

static void answer(struct zg_symbols *s, const char *module, const char *build_id,
                   const char *offset, FILE *out)
{
    const struct zg_symbol *found;
    uint64_t address;
    size_t n = 0;

    if (zg_str_number(offset, strlen(offset), 16, &address) == 0)
        n = zg_symbols_at(s, module, build_id, address, &found);
    for (size_t i = 0; i < n; i++) {
        put_field(out, found[i].function);
        fputc('\t', out);
        put_field(out, found[i].file);
        fprintf(out, "\t%u\t%u\n", found[i].line, found[i].column);
    }
    fputc('\n', out);
}

void zg_symbolize_pipe(struct zg_symbols *s, FILE *in, FILE *out)
{
    char *line = NULL;
    size_t cap = 0;

    while (getline(&line, &cap, in) > 0) {
        char *rest = line, *module, *build_id, *offset;

        line[strcspn(line, "\n")] = '\0';
        module = strsep(&rest, "\t");
        build_id = strsep(&rest, "\t");
        offset = strsep(&rest, "\t");
        /* A request that is none has an answer too: the order is all that ties them together. */
        answer(s, module, build_id == NULL ? "" : build_id, offset == NULL ? "" : offset, out);
        fflush(out);
    }
    free(line);
}
