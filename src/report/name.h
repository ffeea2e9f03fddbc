/* SPDX-License-Identifier: MPL-2.0 */
/* Long names of functions, made short enough to read. */
#ifndef ZG_REPORT_NAME_H
#define ZG_REPORT_NAME_H

#include "base/compiler.h"

#define ZG_NAME_MAX 96 /* bytes of a name in a report */

struct zg_buf;

/*
 * Appends the name; of one longer than max its template arguments become "<...>", if that is not
 * enough its parameters "(...)", and in the end its middle "...". The same name always becomes the
 * same text. A name that was escaped stays so, but for a cut in the middle.
 */
void zg_name_put(struct zg_buf *out, const char *name, size_t max);
/* The same with another text for what stands in brackets: "*" makes a pattern. */
void zg_name_collapse(struct zg_buf *out, const char *name, const char *brackets, const char *with);

#endif
