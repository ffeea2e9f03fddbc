/* SPDX-License-Identifier: MPL-2.0 */
/* Rust's names in the "v0" scheme (RFC 2603), without the hashes of crates: one function for each
 * rule of the grammar. A name with more in it than is known here cannot be read. */
#include <ctype.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/demangle.h"

#define DEPTH_MAX 64
#define STEPS_MAX 4096 /* back references can name the same part again and again */

struct parser {
    const char *start; /* behind "_R": what back references count from */
    const char *at;
    struct zg_buf *out;
    unsigned silent; /* > 0: parsed, not written */
    unsigned depth;
    unsigned steps;
    bool failed;
};

struct identifier {
    const char *text;
    size_t len;
    uint64_t number; /* 0, or 1 + the disambiguator */
};

static void path(struct parser *p, bool in_type);
static void type(struct parser *p);
static void constant(struct parser *p);

static void put_bytes(struct parser *p, const char *text, size_t n)
{
    if (p->silent == 0 && !p->failed)
        zg_buf_bytes(p->out, text, n);
}

static void put(struct parser *p, const char *text)
{
    put_bytes(p, text, strlen(text));
}

static bool eat(struct parser *p, char c)
{
    if (p->failed || *p->at != c)
        return false;
    p->at++;
    return true;
}

/* Every rule that can contain itself. False: too deep, too long, or wrong already. */
static bool enter(struct parser *p)
{
    p->failed = p->failed || p->depth == DEPTH_MAX || p->steps == STEPS_MAX;
    p->depth++;
    p->steps++;
    return !p->failed;
}

/* "_" is 0, "0_" 1, "Z_" 62, and so on; the hashes of crates may go round. */
static uint64_t base62(struct parser *p)
{
    static const char digits[] = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    uint64_t value = 0;

    if (eat(p, '_'))
        return 0;
    for (; isalnum((unsigned char)*p->at); p->at++)
        value = value * 62 + (uint64_t)(strchr(digits, *p->at) - digits);
    p->failed = p->failed || !eat(p, '_');
    return value + 1;
}

/* With its tag: 0 when that is absent. */
static uint64_t tagged(struct parser *p, char tag)
{
    return eat(p, tag) ? base62(p) + 1 : 0;
}

static struct identifier identifier(struct parser *p)
{
    struct identifier id = {.number = tagged(p, 's')};
    bool punycode = eat(p, 'u');

    p->failed = p->failed || punycode || !isdigit((unsigned char)*p->at);
    if (!eat(p, '0')) /* else of no length: what follows is no more digits of it */
        while (!p->failed && isdigit((unsigned char)*p->at) && id.len < 4096)
            id.len = id.len * 10 + (size_t)(*p->at++ - '0');
    (void)eat(p, '_');
    p->failed = p->failed || strnlen(p->at, id.len) < id.len;
    id.text = p->at;
    if (!p->failed)
        p->at += id.len;
    return id;
}

/* Goes on at an earlier place, and comes back. */
static void back_reference(struct parser *p, void (*rule)(struct parser *))
{
    uint64_t offset = base62(p);
    const char *here = p->at;

    /* Before the reference itself: so there is an end to it. */
    if (p->failed || offset >= (uint64_t)(here - p->start)) {
        p->failed = true;
        return;
    }
    p->at = p->start + offset;
    rule(p);
    p->at = here;
}

static void type_path(struct parser *p)
{
    path(p, true);
}

static void value_path(struct parser *p)
{
    path(p, false);
}

/* Up to its "E". How many there were. */
static size_t arguments(struct parser *p)
{
    size_t n = 0;

    for (; !p->failed && !eat(p, 'E'); n++) {
        if (n > 0)
            put(p, ", ");
        if (eat(p, 'L')) {
            (void)base62(p);
            put(p, "'_");
        } else if (eat(p, 'K')) {
            constant(p);
        } else {
            type(p);
        }
    }
    return n;
}

/* Where the impl block stands: not part of the name. */
static void impl_path(struct parser *p)
{
    p->silent++;
    (void)tagged(p, 's');
    path(p, true);
    p->silent--;
}

static void nested(struct parser *p, bool in_type)
{
    char space = *p->at;
    struct identifier id;

    p->failed = p->failed || !isalpha((unsigned char)space);
    if (p->failed)
        return;
    p->at++;
    path(p, in_type);
    id = identifier(p);
    if (islower((unsigned char)space)) {
        if (id.len > 0)
            put(p, "::");
        put_bytes(p, id.text, id.len);
        return;
    }
    put(p, "::{");
    put_bytes(p,
              space == 'C'   ? "closure"
              : space == 'S' ? "shim"
                             : &space,
              space == 'C'   ? 7
              : space == 'S' ? 4
                             : 1);
    if (id.len > 0)
        put(p, ":");
    put_bytes(p, id.text, id.len);
    put(p, "#");
    if (p->silent == 0 && !p->failed)
        zg_buf_dec(p->out, id.number);
    put(p, "}");
}

static void inherent_or_trait(struct parser *p, bool has_impl, bool has_trait)
{
    if (has_impl)
        impl_path(p);
    put(p, "<");
    type(p);
    if (has_trait) {
        put(p, " as ");
        path(p, true);
    }
    put(p, ">");
}

static void path(struct parser *p, bool in_type)
{
    struct identifier id;

    if (enter(p)) {
        switch (*p->at++) {
        case 'C':
            id = identifier(p);
            put_bytes(p, id.text, id.len);
            break;
        case 'M':
            inherent_or_trait(p, true, false);
            break;
        case 'X':
            inherent_or_trait(p, true, true);
            break;
        case 'Y':
            inherent_or_trait(p, false, true);
            break;
        case 'N':
            nested(p, in_type);
            break;
        case 'I':
            path(p, in_type);
            put(p, in_type ? "<" : "::<");
            (void)arguments(p);
            put(p, ">");
            break;
        case 'B':
            back_reference(p, in_type ? type_path : value_path);
            break;
        default:
            p->failed = true;
        }
    }
    p->depth--;
}

static const char *basic_type(char c)
{
    static const char names[][6] = {"i8",   "bool",  "char",  "f64", "str", "f32", "",
                                    "u8",   "isize", "usize", "",    "i32", "u32", "i128",
                                    "u128", "_",     "",      "",    "i16", "u16", "()",
                                    "...",  "",      "i64",   "u64", "!"};

    return c >= 'a' && c <= 'z' && names[c - 'a'][0] != '\0' ? names[c - 'a'] : NULL;
}

static void function_type(struct parser *p)
{
    (void)tagged(p, 'G');
    if (eat(p, 'U'))
        put(p, "unsafe ");
    if (eat(p, 'K')) {
        put(p, "extern ");
        if (!eat(p, 'C'))
            (void)identifier(p);
    }
    put(p, "fn(");
    (void)arguments(p);
    put(p, ")");
    if (eat(p, 'u'))
        return;
    put(p, " -> ");
    type(p);
}

/* Without what its associated types are. */
static void dynamic_type(struct parser *p)
{
    put(p, "dyn ");
    (void)tagged(p, 'G');
    for (bool first = true; !p->failed && !eat(p, 'E'); first = false) {
        if (!first)
            put(p, " + ");
        path(p, true);
        p->silent++;
        while (eat(p, 'p')) {
            (void)identifier(p);
            type(p);
        }
        p->silent--;
    }
    p->failed = p->failed || !eat(p, 'L');
    (void)base62(p);
}

static void tuple(struct parser *p)
{
    put(p, "(");
    put(p, arguments(p) == 1 ? ",)" : ")");
}

static void reference(struct parser *p, const char *sigil)
{
    put(p, sigil);
    if (eat(p, 'L'))
        (void)base62(p);
    type(p);
}

static void array(struct parser *p, bool has_length)
{
    put(p, "[");
    type(p);
    if (has_length) {
        put(p, "; ");
        constant(p);
    }
    put(p, "]");
}

static void compound_type(struct parser *p)
{
    switch (*p->at++) {
    case 'A':
        array(p, true);
        break;
    case 'S':
        array(p, false);
        break;
    case 'T':
        tuple(p);
        break;
    case 'R':
        reference(p, "&");
        break;
    case 'Q':
        reference(p, "&mut ");
        break;
    case 'P':
        reference(p, "*const ");
        break;
    case 'O':
        reference(p, "*mut ");
        break;
    case 'F':
        function_type(p);
        break;
    case 'D':
        dynamic_type(p);
        break;
    case 'B':
        back_reference(p, type);
        break;
    default:
        p->at--;
        path(p, true);
    }
}

static void type(struct parser *p)
{
    const char *basic = basic_type(*p->at);

    if (enter(p)) {
        if (basic != NULL) {
            p->at++;
            put(p, basic);
        } else {
            compound_type(p);
        }
    }
    p->depth--;
}

static void constant(struct parser *p)
{
    const char *digits;

    if (eat(p, 'p')) {
        put(p, "_");
        return;
    }
    if (eat(p, 'B')) {
        back_reference(p, constant);
        return;
    }
    p->failed = p->failed || basic_type(*p->at) == NULL;
    if (p->failed)
        return;
    p->at++;
    put(p, eat(p, 'n') ? "-0x" : "0x");
    for (digits = p->at; isxdigit((unsigned char)*p->at);)
        p->at++;
    put_bytes(p, digits, (size_t)(p->at - digits));
    p->failed = p->failed || !eat(p, '_');
}

char *zg_demangle_rust(const char *symbol)
{
    ZG_BUF(out, 2048);
    struct parser p = {.start = symbol + 2, .at = symbol + 2, .out = &out};

    if (!zg_str_starts(symbol, "_R") || !isupper((unsigned char)symbol[2]))
        return NULL;
    path(&p, false);
    return p.failed || out.len == 0 ? NULL : zg_cli_copy(out_text);
}
