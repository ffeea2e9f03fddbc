/* SPDX-License-Identifier: MPL-2.0 */
/* C++ names by the ABI's own function, Rust's by hand: the legacy ones look like C++. */
#include "cli/demangle.h"

#include <ctype.h>
#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#include "base/compiler.h"
#include "base/str.h"
#include "cli/cli.h"

typedef char *demangler(const char *name, char *buffer, size_t *length, int *status);

static char *demangle_cxx(const char *symbol)
{
    static demangler *function;
    static bool tried;
    int status = 0;

    if (!tried) {
        void *lib = dlopen("libstdc++.so.6", RTLD_LAZY | RTLD_LOCAL);

        tried = true;
        if (lib != NULL)
            function = (demangler *)dlsym(lib, "__cxa_demangle");
    }
    return function == NULL ? NULL : function(symbol, NULL, NULL, &status);
}

/* "$LT$" and the like: rustc-demangle, src/legacy.rs. */
static size_t escape_of(const char *p, size_t left, char *c)
{
    static const struct {
        const char *text;
        char c;
    } escapes[] = {{"$SP$", '@'}, {"$BP$", '*'}, {"$RF$", '&'}, {"$LT$", '<'},
                   {"$GT$", '>'}, {"$LP$", '('}, {"$RP$", ')'}, {"$C$", ','}};

    for (size_t i = 0; i < ZG_COUNT(escapes); i++) {
        size_t n = strlen(escapes[i].text);

        *c = escapes[i].c;
        if (left >= n && memcmp(p, escapes[i].text, n) == 0)
            return n;
    }
    if (left >= 5 && p[0] == '$' && p[1] == 'u' && isxdigit((unsigned char)p[2]) &&
        isxdigit((unsigned char)p[3]) && p[4] == '$') {
        uint64_t code = 0;

        zg_str_number(p + 2, 2, 16, &code);
        *c = (char)code;
        return code >= 0x20 && code < 0x7f ? 5 : 0;
    }
    return 0;
}

static void rust_segment(struct zg_buf *out, const char *p, size_t n)
{
    size_t i = n > 1 && p[0] == '_' && p[1] == '$' ? 1 : 0;

    while (i < n) {
        char c;
        size_t escape = escape_of(p + i, n - i, &c);

        if (escape > 0) {
            zg_buf_char(out, c);
            i += escape;
        } else if (n - i > 1 && p[i] == '.' && p[i + 1] == '.') {
            zg_buf_str(out, "::");
            i += 2;
        } else {
            zg_buf_char(out, p[i++]);
        }
    }
}

/* "h" and sixteen hexadecimal digits: the hash that ends every legacy name. */
static bool is_hash(const char *p, size_t n)
{
    for (size_t i = 1; i < n; i++)
        if (!isxdigit((unsigned char)p[i]))
            return false;
    return n == 17 && p[0] == 'h';
}

char *zg_demangle_rust_legacy(const char *symbol)
{
    const char *p = symbol;
    ZG_BUF(out, 2048);

    if (!zg_str_starts(p, "_ZN"))
        return NULL;
    for (p += 3; isdigit((unsigned char)*p);) {
        size_t n = strtoul(p, (char **)&p, 10);

        if (n == 0 || strnlen(p, n) < n)
            return NULL;
        if (p[n] == 'E' && is_hash(p, n))
            return out.len > 0 ? zg_cli_copy(out_text) : NULL;
        if (out.len > 0)
            zg_buf_str(&out, "::");
        rust_segment(&out, p, n);
        p += n;
    }
    return NULL;
}

char *zg_demangle(const char *symbol)
{
    char *name = NULL;

    if (zg_str_starts(symbol, "_R"))
        return (name = zg_demangle_rust(symbol)) != NULL ? name : zg_cli_copy(symbol);
    if (zg_str_starts(symbol, "_Z"))
        name = zg_demangle_rust_legacy(symbol);
    if (name == NULL && zg_str_starts(symbol, "_Z"))
        name = demangle_cxx(symbol);
    return name == NULL ? zg_cli_copy(symbol) : name;
}
