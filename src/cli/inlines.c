/* SPDX-License-Identifier: MPL-2.0 */
/* Walks the scopes around an address outwards, from call site to call site. */
#include "cli/inlines.h"

#include <dwarf.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/demangle.h"

static char *name_of(Dwarf_Die *die)
{
    static const unsigned linkage[] = {DW_AT_linkage_name, DW_AT_MIPS_linkage_name};
    Dwarf_Attribute attribute;

    for (size_t i = 0; i < ZG_COUNT(linkage); i++) {
        const char *mangled = dwarf_formstring(dwarf_attr_integrate(die, linkage[i], &attribute));

        if (mangled != NULL)
            return zg_demangle(mangled);
    }
    return zg_cli_copy(dwarf_formstring(dwarf_attr_integrate(die, DW_AT_name, &attribute)));
}

static unsigned number_of(Dwarf_Die *die, unsigned what)
{
    Dwarf_Attribute attribute;
    Dwarf_Word value;

    if (dwarf_formudata(dwarf_attr(die, what, &attribute), &value) != 0)
        return 0;
    return (unsigned)value;
}

/* Where the inlined function was called. */
static void call_site(Dwarf_Die *cu, Dwarf_Die *die, struct zg_symbol *caller)
{
    Dwarf_Files *files;
    size_t count;
    unsigned file = number_of(die, DW_AT_call_file);
    const char *name = NULL;

    /* Number 0 is a file as of DWARF 5; before it stands for "???", in libdw's words. */
    if (dwarf_hasattr(die, DW_AT_call_file) && dwarf_getsrcfiles(cu, &files, &count) == 0 &&
        file < count)
        name = dwarf_filesrc(files, file, NULL, NULL);
    if (name != NULL && strcmp(name, "???") != 0)
        caller->file = zg_cli_copy(name);
    caller->line = number_of(die, DW_AT_call_line);
    caller->column = number_of(die, DW_AT_call_column);
}

/* Units without addresses of their own (some assemblers') are known by .debug_aranges alone. */
static bool is_outside(Dwarf_Die *cu, Dwarf_Addr address)
{
    return dwarf_haspc(cu, address) == 0 &&
           (dwarf_hasattr(cu, DW_AT_ranges) || dwarf_hasattr(cu, DW_AT_high_pc));
}

/*
 * The compilation unit around the address; also where there is no .debug_aranges (clang). libdwfl
 * takes the nearest one: _start, which has none, lies between parts of the program's.
 */
static Dwarf_Die *unit_at(Dwfl_Module *file, Dwarf_Addr address, Dwarf_Addr *bias)
{
    Dwarf_Die *cu = dwfl_module_addrdie(file, address, bias);

    if (cu != NULL && !is_outside(cu, address - *bias))
        return cu;
    cu = NULL;
    while ((cu = dwfl_module_nextcu(file, cu, bias)) != NULL)
        if (dwarf_haspc(cu, address - *bias) == 1)
            return cu;
    return NULL;
}

/*
 * The scopes around the address, innermost first. dwarf_getscopes() goes on from an inlined
 * function to where it was defined; who called it is found by asking again from the innermost.
 */
static int scopes_at(Dwarf_Die *cu, Dwarf_Addr address, Dwarf_Die **scopes)
{
    Dwarf_Die *first = NULL;
    int n = dwarf_getscopes(cu, address, &first);

    *scopes = NULL;
    if (n > 0)
        n = dwarf_getscopes_die(&first[0], scopes);
    free(first);
    return n;
}

static size_t from_scopes(Dwarf_Die *cu, Dwarf_Die *scopes, int n, struct zg_symbol *frames,
                          size_t cap)
{
    size_t count = 0;

    for (int i = 0; i < n && count < cap; i++) {
        int tag = dwarf_tag(&scopes[i]);

        if (tag != DW_TAG_subprogram && tag != DW_TAG_inlined_subroutine)
            continue;
        frames[count].function = name_of(&scopes[i]);
        count++;
        if (tag == DW_TAG_subprogram)
            break;
        if (count < cap)
            call_site(cu, &scopes[i], &frames[count]);
    }
    return count;
}

static void source_line(Dwarf_Die *cu, Dwarf_Addr address, struct zg_symbol *frame)
{
    Dwarf_Line *at = dwarf_getsrc_die(cu, address);
    int line = 0, column = 0;

    if (at == NULL)
        return;
    dwarf_lineno(at, &line);
    dwarf_linecol(at, &column);
    frame->file = zg_cli_copy(dwarf_linesrc(at, NULL, NULL));
    frame->line = line > 0 ? (unsigned)line : 0;
    frame->column = column > 0 ? (unsigned)column : 0;
}

static size_t from_dwarf(Dwfl_Module *file, uint64_t address, struct zg_symbol *frames, size_t cap)
{
    Dwarf_Addr bias = 0;
    Dwarf_Die *cu = unit_at(file, address, &bias), *scopes = NULL;
    size_t count;
    int n;

    if (cu == NULL)
        return 0;
    source_line(cu, address - bias, &frames[0]);
    n = scopes_at(cu, address - bias, &scopes);
    count = from_scopes(cu, scopes, n, frames, cap);
    free(scopes);
    return count;
}

size_t zg_inlines_at(Dwfl_Module *file, uint64_t address, struct zg_symbol *frames, size_t cap)
{
    const char *symbol;
    size_t count;

    memset(frames, 0, cap * sizeof(*frames));
    count = from_dwarf(file, address, frames, cap);
    if (count > 0)
        return count;
    /* Assembly has lines and no scopes; without DWARF there is the symbol table alone. */
    symbol = dwfl_module_addrname(file, address);
    if (symbol != NULL)
        frames[0].function = zg_demangle(symbol);
    return symbol != NULL || frames[0].file != NULL ? 1 : 0;
}
