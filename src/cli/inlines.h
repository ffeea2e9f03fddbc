/* SPDX-License-Identifier: MPL-2.0 */
/* The functions that one address lies in: what was inlined, and into what. */
#ifndef ZG_CLI_INLINES_H
#define ZG_CLI_INLINES_H

#include <elfutils/libdwfl.h>

#include "cli/symbols.h"

/* Fills at most cap frames, innermost first; their texts are the caller's to free. From DWARF,
 * else the symbol table's nearest function alone. Returns how many, 0 when nothing is known. */
size_t zg_inlines_at(Dwfl_Module *file, uint64_t address, struct zg_symbol *frames, size_t cap);

#endif
