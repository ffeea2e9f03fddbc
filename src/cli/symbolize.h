/* SPDX-License-Identifier: MPL-2.0 */
/* The two forms of zmqguard symbolize: answering the guard, and finishing a log. */
#ifndef ZG_CLI_SYMBOLIZE_H
#define ZG_CLI_SYMBOLIZE_H

#include <stdio.h>

#include "cli/symbols.h"

/* Answers requests line by line until the end of input: the protocol of report/symbolize.h. */
void zg_symbolize_pipe(struct zg_symbols *s, FILE *in, FILE *out);
/*
 * Copies a log, text reports or JSON records, and fills in names and lines where frames have none:
 * "#N … (MODULE+0xOFFSET) (BuildId: HEX)" becomes one line a function with file and line. Other
 * lines stay as they are.
 */
void zg_symbolize_log(struct zg_symbols *s, FILE *in, FILE *out);
/* The same for one line that is a JSON record; false, with nothing written, when it is none. */
bool zg_symbolize_record(struct zg_symbols *s, const char *line, FILE *out);

#endif
