/* SPDX-License-Identifier: MPL-2.0 */
/* Finds the file that belongs to a module, and reads names and lines out of it. */
#include "cli/symbols.h"

#include <elfutils/libdwfl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inlines.h"

struct module {
    struct module *next;
    char *path;
    char *build_id;
    Dwfl *dwfl;        /* NULL: no file can be believed */
    Dwfl_Module *file; /* of dwfl */
};

struct zg_symbols {
    char *debug_path;
    char *sysroot;
    char *search; /* what libdwfl gets: its debuginfo_path */
    Dwfl_Callbacks callbacks;
    struct module *modules;
    struct zg_symbol found[ZG_SYMBOLS_INLINED];
    size_t count;
};

struct zg_symbols *zg_symbols_new(const char *debug_path, const char *sysroot)
{
    struct zg_symbols *s = zg_cli_alloc(sizeof(*s));

    s->debug_path = zg_cli_copy(debug_path == NULL ? "" : debug_path);
    s->sysroot = zg_cli_copy(sysroot == NULL ? "" : sysroot);
    /* As libdwfl's own default, ":.debug:/usr/lib/debug", and the user's directories first. */
    s->search = zg_cli_format("%s%s:.debug:%s/usr/lib/debug", s->debug_path[0] != '\0' ? ":" : "",
                              s->debug_path, s->sysroot);
    s->callbacks = (Dwfl_Callbacks){
        .find_elf = dwfl_build_id_find_elf,
        .find_debuginfo = dwfl_standard_find_debuginfo,
        .section_address = dwfl_offline_section_address,
        .debuginfo_path = &s->search,
    };
    return s;
}

static bool has_build_id(Dwfl_Module *file, const char *wanted)
{
    const unsigned char *bits;
    GElf_Addr where;
    char hex[129] = "";
    int n;

    if (wanted[0] == '\0')
        return true;
    n = dwfl_module_build_id(file, &bits, &where);
    for (int i = 0; i < n && i < 64; i++)
        snprintf(hex + 2 * (size_t)i, 3, "%02x", bits[i]);
    return strcasecmp(hex, wanted) == 0;
}

static bool try_file(struct zg_symbols *s, struct module *m, const char *path)
{
    GElf_Addr bias;

    if (access(path, R_OK) != 0)
        return false;
    m->dwfl = dwfl_begin(&s->callbacks);
    if (m->dwfl == NULL)
        return false;
    /* At bias 0: addresses are those of the file. */
    m->file = dwfl_report_elf(m->dwfl, path, path, -1, 0, true);
    dwfl_report_end(m->dwfl, NULL, NULL);
    if (m->file != NULL && dwfl_module_getelf(m->file, &bias) != NULL &&
        has_build_id(m->file, m->build_id))
        return true;
    dwfl_end(m->dwfl);
    m->dwfl = NULL;
    return false;
}

/* DIR/.build-id/xx/yyyy, with and without ".debug". */
static bool try_build_id(struct zg_symbols *s, struct module *m, const char *dir, size_t len)
{
    static const char *const ends[] = {".debug", ""};
    bool found = false;

    for (size_t i = 0; i < ZG_COUNT(ends) && !found && strlen(m->build_id) > 2; i++) {
        char *path = zg_cli_format("%.*s/.build-id/%.2s/%s%s", (int)len, dir, m->build_id,
                                   m->build_id + 2, ends[i]);

        found = try_file(s, m, path);
        free(path);
    }
    return found;
}

/* The module itself in a directory of the user's: BASENAME there. */
static bool try_basename(struct zg_symbols *s, struct module *m, const char *dir, size_t len)
{
    const char *slash = strrchr(m->path, '/');
    char *path;
    bool found;

    /* A file found by its name alone must prove that it is the one. */
    if (m->build_id[0] == '\0')
        return false;
    path = zg_cli_format("%.*s/%s", (int)len, dir, slash == NULL ? m->path : slash + 1);
    found = try_file(s, m, path);
    free(path);
    return found;
}

static bool try_debug_path(struct zg_symbols *s, struct module *m)
{
    const char *dir = s->debug_path;

    for (;;) {
        size_t len = strcspn(dir, ":");

        if (len > 0 && (try_build_id(s, m, dir, len) || try_basename(s, m, dir, len)))
            return true;
        if (dir[len] == '\0')
            return false;
        dir += len + 1;
    }
}

static void find_file(struct zg_symbols *s, struct module *m)
{
    char *rooted = zg_cli_format("%s%s", s->sysroot, m->path);
    char *debug = zg_cli_format("%s/usr/lib/debug", s->sysroot);

    (void)(try_file(s, m, rooted) || try_debug_path(s, m) ||
           try_build_id(s, m, debug, strlen(debug)));
    free(rooted);
    free(debug);
}

static struct module *module_of(struct zg_symbols *s, const char *path, const char *build_id)
{
    struct module *m;

    for (m = s->modules; m != NULL; m = m->next)
        if (strcmp(m->path, path) == 0 && strcmp(m->build_id, build_id) == 0)
            return m;
    m = zg_cli_alloc(sizeof(*m));
    m->path = zg_cli_copy(path);
    m->build_id = zg_cli_copy(build_id);
    m->next = s->modules;
    s->modules = m;
    find_file(s, m);
    return m;
}

static void forget(struct zg_symbols *s)
{
    for (size_t i = 0; i < s->count; i++) {
        free(s->found[i].function);
        free(s->found[i].file);
    }
    s->count = 0;
}

size_t zg_symbols_at(struct zg_symbols *s, const char *path, const char *build_id, uint64_t address,
                     const struct zg_symbol **symbols)
{
    struct module *m = module_of(s, path, build_id);

    forget(s);
    if (m->dwfl != NULL)
        s->count = zg_inlines_at(m->file, address, s->found, ZG_SYMBOLS_INLINED);
    *symbols = s->found;
    return s->count;
}

void zg_symbols_free(struct zg_symbols *s)
{
    struct module *m = s->modules;

    forget(s);
    while (m != NULL) {
        struct module *next = m->next;

        dwfl_end(m->dwfl);
        free(m->path);
        free(m->build_id);
        free(m);
        m = next;
    }
    free(s->debug_path);
    free(s->sysroot);
    free(s->search);
    free(s);
}
