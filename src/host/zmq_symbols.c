/* SPDX-License-Identifier: MPL-2.0 */
/* Finding an embedded libzmq's functions and its own code, which names tell from its users'. */
#include "host/zmq_symbols.h"

#include <elf.h>

#include "base/str.h"
#include "base/sys.h"

#define FIRST_NAME  "zmq_ctx_new"
#define OWN_MIN     8  /* functions inside of libzmq that must have names */
#define PADDING_MAX 64 /* bytes between two functions that follow each other */

/* A function of the object, any. */
struct function {
    uint64_t start, end;
    enum zg_zmq_name name;
};

struct search {
    const struct zg_symbol_text *text;
    const struct zg_symbol_table *table;
    struct zg_zmq_symbols *out;
    struct function *functions;
    uint32_t count;
    uint32_t own;   /* C++ functions of libzmq */
    bool has_files; /* libzmq's objects are named: they were linked one behind the other */
    bool has_lto;   /* code that the linker's optimiser made is there, whoever's */
};

const char *zg_zmq_symbols_text(enum zg_zmq_symbols_error error)
{
    switch (error) {
    case ZG_ZMQ_SYMBOLS_NONE:
        return "its functions have no names (it was stripped)";
    case ZG_ZMQ_SYMBOLS_BROKEN:
        return "its symbol table cannot be believed";
    case ZG_ZMQ_SYMBOLS_INSIDE:
        return "the functions inside of libzmq have no names (it was stripped)";
    case ZG_ZMQ_SYMBOLS_SCATTERED:
        return "its functions lie scattered among others";
    case ZG_ZMQ_SYMBOLS_MEMORY:
        return "no memory to read its symbols";
    default:
        return "";
    }
}

bool zg_zmq_is_essential(uint32_t op)
{
    return op == ZG_OP_zmq_ctx_new || op == ZG_OP_zmq_socket || op == ZG_OP_zmq_close ||
           op == ZG_OP_zmq_ctx_term;
}

bool zg_zmq_is_too_short(uint32_t op)
{
    return op >= ZG_OP_zmq_atomic_counter_set && op <= ZG_OP_zmq_atomic_counter_destroy;
}

const char *zg_zmq_symbols_lost(const struct zg_zmq_symbols *symbols, uint32_t op)
{
    if (symbols->is_split[op])
        return "the compiler made copies of it";
    if (symbols->functions[op].start == 0 && symbols->is_optimised_at_link &&
        zg_zmq_is_essential(op))
        return "it was inlined at link time";
    return NULL;
}

static uint32_t op_of(const char *name, size_t len)
{
    uint32_t op = 0;

    while (op < ZG_OP_COUNT &&
           !(strlen(zg_ops[op].name) == len && memcmp(zg_ops[op].name, name, len) == 0))
        op++;
    return op;
}

/* The optimiser's copies: "zmq_send.constprop.0", "zmq_send.part.0". A ".cold" part belongs to the
 * one function. */
static bool is_copy(const char *suffix)
{
    return suffix[0] == '.' && !zg_str_starts(suffix, ".cold");
}

/* False: two functions of one name. */
static bool take_api(struct search *s, const char *name, const struct function *f)
{
    size_t len = 0;
    uint32_t op;

    while (name[len] != '\0' && name[len] != '.')
        len++;
    op = op_of(name, len);

    if (name[len] == '\0' && zg_str_equal(name, "zmq_msg_data"))
        s->out->zmq_msg_data = f->start;
    if (op == ZG_OP_COUNT)
        return true;
    if (name[len] != '\0') {
        s->out->is_split[op] |= is_copy(name + len);
        return true;
    }
    if (s->out->functions[op].start != 0 && s->out->functions[op].start != f->start)
        return false;
    s->out->functions[op] = (struct zg_text_range){f->start, f->end};
    return true;
}

static bool take_symbol(struct search *s, const ElfW(Sym) * symbol)
{
    const char *name = zg_symbol_table_name(s->table, symbol);
    struct function *f = &s->functions[s->count];
    unsigned type = ELF64_ST_TYPE(symbol->st_info);

    if (type == STT_FILE)
        s->has_files |= strstr(name, "socket_base") != NULL; /* .cpp, or the object's name */
    /* gcc names functions so, LLVM the file. */
    s->has_lto |= strstr(name, ".lto_priv.") != NULL || zg_str_equal(name, "ld-temp.o");
    if ((type != STT_FUNC && type != STT_GNU_IFUNC) || symbol->st_shndx == SHN_UNDEF ||
        name[0] == '\0')
        return true;
    *f = (struct function){symbol->st_value, symbol->st_value + symbol->st_size,
                           zg_zmq_name_of(name)};
    if (!zg_symbol_text_covers(s->text, f->start, f->end) || f->start == 0)
        return f->name != ZG_ZMQ_NAME_LIBZMQ;
    s->count++;
    if (f->name != ZG_ZMQ_NAME_LIBZMQ)
        return true;
    s->own += zg_str_starts(name, "_Z");
    return zg_str_starts(name, "_Z") || take_api(s, name, f);
}

static bool is_before(const struct function *a, const struct function *b)
{
    return a->start != b->start ? a->start < b->start : a->end < b->end;
}

static void sift(struct function *all, uint32_t root, uint32_t count)
{
    for (;;) {
        uint32_t child = 2 * root + 1;
        struct function swap = all[root];

        if (child >= count)
            return;
        if (child + 1 < count && is_before(&all[child], &all[child + 1]))
            child++;
        if (!is_before(&all[root], &all[child]))
            return;
        all[root] = all[child];
        all[child] = swap;
        root = child;
    }
}

/* Heapsort: needs no memory of its own, and no input makes it slow. */
static void sort(struct function *all, uint32_t count)
{
    for (uint32_t i = count / 2; i-- > 0;)
        sift(all, i, count);
    for (uint32_t end = count; end-- > 1;) {
        struct function swap = all[0];

        all[0] = all[end];
        all[end] = swap;
        sift(all, 0, end);
    }
}

/* Names of one function become one, and the surest says whose it is. */
static void merge_aliases(struct search *s)
{
    uint32_t kept = 0;

    for (uint32_t i = 0; i < s->count; i++) {
        struct function *last = kept > 0 ? &s->functions[kept - 1] : NULL;

        if (last == NULL || last->start != s->functions[i].start) {
            s->functions[kept++] = s->functions[i];
            continue;
        }
        last->end = s->functions[i].end;
        if (last->name == ZG_ZMQ_NAME_BETWEEN || s->functions[i].name == ZG_ZMQ_NAME_LIBZMQ)
            last->name = s->functions[i].name;
    }
    s->count = kept;
}

/* The function at `start`, which is there. */
static const struct function *function_at(const struct search *s, uint64_t start)
{
    uint32_t lo = 0, hi = s->count;

    while (lo + 1 < hi) {
        uint32_t mid = (lo + hi) / 2;

        if (s->functions[mid].start <= start)
            lo = mid;
        else
            hi = mid;
    }
    return &s->functions[lo];
}

/* zmq_term, zmq_ctx_term and zmq_ctx_destroy may be one. No other two have the same code. */
static bool may_be_one(uint32_t a, uint32_t b)
{
    static const uint32_t term[] = {ZG_OP_zmq_ctx_term, ZG_OP_zmq_term, ZG_OP_zmq_ctx_destroy};
    bool has_a = false, has_b = false;

    for (size_t i = 0; i < ZG_COUNT(term); i++) {
        has_a |= term[i] == a;
        has_b |= term[i] == b;
    }
    return has_a && has_b;
}

static bool is_sound(const struct search *s, uint32_t op)
{
    const struct zg_text_range *f = &s->out->functions[op];
    const struct function *at = function_at(s, f->start);
    bool is_last = at == s->functions + s->count - 1;

    if (f->start == f->end || (!is_last && at[1].start < f->end))
        return false;
    for (uint32_t other = 0; other < op; other++)
        if (s->out->functions[other].start == f->start && !may_be_one(op, other))
            return false;
    return true;
}

static bool are_sound(const struct search *s)
{
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (s->out->functions[op].start != 0 && !is_sound(s, op))
            return false;
    return true;
}

/* Whose neighbours on both sides are libzmq's is libzmq's, when its objects were linked one behind
 * the other. After an optimisation at link time all functions may be mixed. */
static void settle_between(struct search *s)
{
    enum zg_zmq_name before = ZG_ZMQ_NAME_OTHER;

    for (uint32_t i = 0; i < s->count; i++) {
        uint32_t end = i;

        if (s->functions[i].name != ZG_ZMQ_NAME_BETWEEN) {
            before = s->functions[i].name;
            continue;
        }
        while (end < s->count && s->functions[end].name == ZG_ZMQ_NAME_BETWEEN)
            end++;
        if (!s->has_files || end == s->count || s->functions[end].name != before)
            before = ZG_ZMQ_NAME_OTHER;
        for (; i < end; i++)
            s->functions[i].name = before;
        i--;
    }
}

/* Up to the next function: a call that never returns may be a function's last instruction. */
static uint64_t end_of(const struct search *s, uint32_t i)
{
    uint64_t end = s->functions[i].end;
    uint64_t next = i + 1 < s->count ? s->functions[i + 1].start : end + 1;

    return next - end <= PADDING_MAX || next < end ? next : end + 1;
}

static bool collect_ranges(struct search *s)
{
    struct zg_zmq_symbols *out = s->out;

    for (uint32_t i = 0; i < s->count; i++) {
        struct zg_text_range *last = &out->ranges[out->range_count - (out->range_count > 0)];

        if (s->functions[i].name != ZG_ZMQ_NAME_LIBZMQ)
            continue;
        if (out->range_count > 0 && last->end >= s->functions[i].start) {
            last->end = end_of(s, i) > last->end ? end_of(s, i) : last->end;
            continue;
        }
        if (out->range_count == ZG_ZMQ_RANGES)
            return false;
        out->ranges[out->range_count++] =
            (struct zg_text_range){s->functions[i].start, end_of(s, i)};
    }
    return true;
}

/* Functions that libzmq has always had. One that was compiled as it is has them all in one piece;
 * the linker's optimiser drops those that nobody calls, and may inline the others. */
static bool lacks_functions(const struct zg_zmq_symbols *out)
{
    static const uint32_t old[] = {ZG_OP_zmq_init, ZG_OP_zmq_sendiov, ZG_OP_zmq_recviov,
                                   ZG_OP_zmq_ctx_destroy, ZG_OP_zmq_device};

    for (size_t i = 0; i < ZG_COUNT(old); i++)
        if (out->functions[old[i]].start == 0)
            return true;
    return false;
}

static enum zg_zmq_symbols_error look(struct search *s)
{
    bool sound = true;

    for (uint32_t i = 0; i < s->table->count; i++)
        sound &= take_symbol(s, &s->table->symbols[i]);
    if (s->out->functions[ZG_OP_zmq_ctx_new].start == 0 ||
        s->out->functions[ZG_OP_zmq_socket].start == 0)
        return sound ? ZG_ZMQ_SYMBOLS_NONE : ZG_ZMQ_SYMBOLS_BROKEN;
    sort(s->functions, s->count);
    merge_aliases(s);
    if (!sound || !are_sound(s))
        return ZG_ZMQ_SYMBOLS_BROKEN;
    s->out->is_optimised_at_link = !s->has_files && s->has_lto;
    s->out->may_be_optimised_at_link = !s->has_files && lacks_functions(s->out);
    if (s->own < OWN_MIN)
        return ZG_ZMQ_SYMBOLS_INSIDE;
    if (s->has_files) /* only libzmq itself calls the copies */
        memset(s->out->is_split, 0, sizeof(s->out->is_split));
    settle_between(s);
    return collect_ranges(s) ? ZG_ZMQ_SYMBOLS_OK : ZG_ZMQ_SYMBOLS_SCATTERED;
}

static enum zg_zmq_symbols_error look_into(int fd, uint32_t type, const struct zg_symbol_text *text,
                                           struct zg_zmq_symbols *out)
{
    struct zg_symbol_table table;
    struct search s = {.text = text, .table = &table, .out = out};
    enum zg_zmq_symbols_error error = ZG_ZMQ_SYMBOLS_MEMORY;
    int rc = zg_symbol_table_read(fd, type, FIRST_NAME, &table);
    size_t size;

    if (rc != 0)
        return rc == -ZG_ENOENT   ? ZG_ZMQ_SYMBOLS_NONE
               : rc == -ZG_EINVAL ? ZG_ZMQ_SYMBOLS_BROKEN
                                  : ZG_ZMQ_SYMBOLS_MEMORY;
    memset(out, 0, sizeof(*out));
    size = ((size_t)table.count + 1) * sizeof(struct function);
    size = (size + ZG_ARCH_PAGE - 1) & ~(size_t)(ZG_ARCH_PAGE - 1);
    s.functions = zg_sys_map(size);
    if (s.functions != NULL) {
        error = look(&s);
        zg_sys_unmap(s.functions, size);
    }
    zg_symbol_table_free(&table);
    return error;
}

/* A table with names of the API alone is worse than one that names all of libzmq. */
enum zg_zmq_symbols_error zg_zmq_symbols_find(int image, int debug,
                                              const struct zg_symbol_text *text,
                                              struct zg_zmq_symbols *out)
{
    const struct {
        int fd;
        uint32_t type;
    } tables[] = {{image, SHT_DYNSYM}, {image, SHT_SYMTAB}, {debug, SHT_SYMTAB}};
    enum zg_zmq_symbols_error best = ZG_ZMQ_SYMBOLS_NONE;

    memset(out, 0, sizeof(*out));
    for (size_t i = 0; i < ZG_COUNT(tables); i++) {
        enum zg_zmq_symbols_error error;

        if (tables[i].fd < 0)
            continue;
        error = look_into(tables[i].fd, tables[i].type, text, out);
        if (error == ZG_ZMQ_SYMBOLS_OK)
            return error;
        best = error != ZG_ZMQ_SYMBOLS_NONE ? error : best;
    }
    return best;
}

/* The API that is not in zmq.def: functions that the guard does not stand in front of. */
static const char *const other_api[] = {
    "zmq_errno",
    "zmq_strerror",
    "zmq_version",
    "zmq_has",
    "zmq_msg_init",
    "zmq_msg_init_size",
    "zmq_msg_init_buffer",
    "zmq_msg_close",
    "zmq_msg_move",
    "zmq_msg_copy",
    "zmq_msg_data",
    "zmq_msg_size",
    "zmq_msg_more",
    "zmq_msg_get",
    "zmq_msg_set",
    "zmq_msg_gets",
    "zmq_msg_set_routing_id",
    "zmq_msg_routing_id",
    "zmq_msg_set_group",
    "zmq_msg_group",
    "zmq_curve_keypair",
    "zmq_curve_public",
    "zmq_z85_encode",
    "zmq_z85_decode",
    "zmq_atomic_counter_new",
    "zmq_stopwatch_start",
    "zmq_stopwatch_intermediate",
    "zmq_stopwatch_stop",
    "zmq_sleep",
    "zmq_threadstart",
    "zmq_threadclose",
};

/* What cppzmq (zmq.hpp, zmq_addon.hpp) has in namespace zmq. It is compiled into the application:
 * its calls are the application's. */
static const char *const cppzmq[] = {"context_t",
                                     "socket_t",
                                     "socket_ref",
                                     "message_t",
                                     "error_t",
                                     "multipart_t",
                                     "monitor_t",
                                     "poller_t",
                                     "active_poller_t",
                                     "timers",
                                     "detail",
                                     "sockopt",
                                     "poll",
                                     "version",
                                     "buffer",
                                     "const_buffer",
                                     "mutable_buffer",
                                     "str_buffer",
                                     "from_handle",
                                     "trivial_optional",
                                     "recv_multipart",
                                     "send_multipart",
                                     "literals",
                                     "encode",
                                     "decode",
                                     "event_flags",
                                     "send_flags",
                                     "recv_flags",
                                     "poller_event",
                                     "recv_multipart_n",
                                     "has",
                                     "poller_ref_t",
                                     "fd_t",
                                     "unique_ptr",
                                     "no_user_t",
                                     "stopwatch",
                                     "atomic_counter",
                                     "curve_keypair_t"};

static bool is_in(const char *const *list, size_t count, const char *name, size_t len)
{
    for (size_t i = 0; i < count; i++)
        if (strlen(list[i]) == len && memcmp(list[i], name, len) == 0)
            return true;
    return false;
}

/* Functions in C that libzmq has besides: src/thread.cpp, external/sha1. */
static const char *const in_c[] = {"thread_routine", "sha1_step", "sha1_init",
                                   "sha1_pad",       "sha1_loop", "sha1_result"};

/* Suffixes of clones: ".cold", ".part.0", ".isra.0", ".constprop.0". */
static size_t stem(const char *name)
{
    size_t len = 0;

    while (name[len] != '\0' && name[len] != '.')
        len++;
    return len;
}

static enum zg_zmq_name name_in_c(const char *name)
{
    size_t len = stem(name);

    if (is_in(in_c, ZG_COUNT(in_c), name, len))
        return ZG_ZMQ_NAME_BETWEEN;
    if (!zg_str_starts(name, "zmq_"))
        return ZG_ZMQ_NAME_OTHER;
    for (uint32_t op = 0; op < ZG_OP_COUNT; op++)
        if (strlen(zg_ops[op].name) == len && memcmp(zg_ops[op].name, name, len) == 0)
            return ZG_ZMQ_NAME_LIBZMQ;
    return is_in(other_api, ZG_COUNT(other_api), name, len) ? ZG_ZMQ_NAME_LIBZMQ
                                                            : ZG_ZMQ_NAME_BETWEEN;
}

/* "13socket_base_t…" → the component and what comes behind it; NULL when there is none. */
static const char *component(const char *at, size_t *len)
{
    size_t n = 0;

    while (*at >= '0' && *at <= '9' && n < 1000)
        n = n * 10 + (size_t)(*at++ - '0');
    for (size_t i = 0; i < n; i++)
        if (at[i] == '\0')
            return NULL;
    *len = n;
    return n > 0 ? at : NULL;
}

/* What follows "3zmq" in a nested name: a class or function of libzmq's own style? */
static enum zg_zmq_name name_in_namespace(const char *rest)
{
    size_t len;
    const char *name = component(*rest == 'L' ? rest + 1 : rest, &len);

    if (name == NULL)
        return ZG_ZMQ_NAME_BETWEEN;
    if (name[0] >= 'A' && name[0] <= 'Z')
        return ZG_ZMQ_NAME_OTHER;
    /* Both have proxy() and proxy_steerable(). */
    if (zg_str_starts(name, "proxyE") || zg_str_starts(name, "proxy_steerableE"))
        return strstr(name, "13socket_base_t") != NULL ? ZG_ZMQ_NAME_LIBZMQ : ZG_ZMQ_NAME_OTHER;
    return is_in(cppzmq, ZG_COUNT(cppzmq), name, len) ? ZG_ZMQ_NAME_OTHER : ZG_ZMQ_NAME_LIBZMQ;
}

/* _ZThn24_N…, _ZTv0_n24_N…: entries of virtual functions. */
static const char *behind_thunk(const char *name)
{
    const char *at = name + 4;

    if (!zg_str_starts(name, "_ZTh") && !zg_str_starts(name, "_ZTv"))
        return name + 2;
    while (*at == 'n' || *at == '_' || (*at >= '0' && *at <= '9'))
        at++;
    return at;
}

static bool is_of_the_language(const char *name)
{
    static const char *const starts[] = {"_ZNSt",          "_ZNKSt",         "_ZSt",
                                         "_ZNS",           "_ZNKS",          "_ZN9__gnu_cxx",
                                         "_ZNK9__gnu_cxx", "_GLOBAL__sub_I_"};

    for (size_t i = 0; i < ZG_COUNT(starts); i++)
        if (zg_str_starts(name, starts[i]))
            return true;
    return false;
}

enum zg_zmq_name zg_zmq_name_of(const char *name)
{
    const char *at;

    if (!zg_str_starts(name, "_Z"))
        return is_of_the_language(name) ? ZG_ZMQ_NAME_BETWEEN : name_in_c(name);
    if (is_of_the_language(name))
        return ZG_ZMQ_NAME_BETWEEN;
    at = behind_thunk(name);
    if (*at == 'N') {
        at++;
        while (*at == 'K' || *at == 'V' || *at == 'r') /* const, volatile, restrict */
            at++;
        return zg_str_starts(at, "3zmq") ? name_in_namespace(at + 4) : ZG_ZMQ_NAME_OTHER;
    }
    /* Static functions and templates outside of a namespace: libzmq has some, as has everybody. */
    if (strstr(at, "13socket_base_t") != NULL)
        return ZG_ZMQ_NAME_LIBZMQ;
    return *at == 'L' || (*at >= '0' && *at <= '9') ? ZG_ZMQ_NAME_BETWEEN : ZG_ZMQ_NAME_OTHER;
}
