/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard inspect PID: the sockets of a guarded process as they are at this moment. */
#include <errno.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/remote.h"
#include "cli/symbols.h"
#include "host/depot.h"
#include "host/lib.h"
#include "report/code.h"
#include "start/inspect.h"

#define SLOTS_MAX     ((size_t)1 << 22)
#define ENDPOINTS_MAX 64
#define FRAMES_MAX    64

static const char usage[] =
    "usage: zmqguard inspect [--format=text|json] PID\n"
    "\n"
    "Tells of a process that runs under the guard: its sockets, who owns them, what they are\n"
    "bound or connected to, what was done with them last and who is inside of a call, and the\n"
    "last hand-overs. Reads only; the process is neither stopped nor signalled.\n";

static struct {
    struct zg_remote remote;
    struct zg_inspect_root root;
    struct zg_thread *threads[ZG_SLOT_MAX];
    struct zg_symbols *symbols;
    uint64_t now;
} the;

static uint64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

/* Ends the command where the process is not one to be inspected. */
static void open_process(pid_t pid)
{
    const char *why = zg_remote_open(&the.remote, pid);
    uintptr_t at;

    if (why != NULL)
        zg_cli_usage("inspect: process %d: %s", (int)pid, why);
    at = zg_remote_symbol(&the.remote, ZG_INSPECT_SYMBOL);
    if (at == 0)
        zg_cli_usage("inspect: process %d: its %s is of a version that cannot be inspected",
                     (int)pid, the.remote.guard);
    if (!zg_remote_read(&the.remote, (const void *)at, &the.root, sizeof(the.root)))
        zg_cli_usage("inspect: process %d: %s%s", (int)pid, strerror(errno),
                     errno == EPERM ? " (the same user, or root; see kernel.yama.ptrace_scope)"
                                    : "");
    if (strcmp(the.root.magic, ZG_INSPECT_MAGIC) != 0)
        zg_cli_usage("inspect: process %d: its guard has not started, or is off", (int)pid);
    if (strcmp(the.root.version, ZG_VERSION) != 0 || the.root.layout != ZG_INSPECT_LAYOUT)
        zg_cli_usage("inspect: process %d runs under version %s of the guard, or another build; "
                     "this command is of %s",
                     (int)pid, the.root.version, ZG_VERSION);
    if (!zg_remote_read(&the.remote, the.root.threads, the.threads, sizeof(the.threads)))
        zg_cli_usage("inspect: process %d: %s", (int)pid, strerror(errno));
}

static bool read_thread(uint32_t actor, struct zg_thread *t)
{
    for (uint32_t slot = 1; actor != 0 && slot < ZG_SLOT_MAX; slot++)
        if (the.threads[slot] != NULL &&
            zg_remote_read(&the.remote, the.threads[slot], t, sizeof(*t)) && t->actor.id == actor)
            return true;
    return false;
}

/* The name that it has now; the guard looks when it needs one. */
static void read_name(int tid, const char *last, struct zg_buf *out)
{
    char *path = zg_cli_format("/proc/%d/task/%d/comm", (int)the.remote.pid, tid);
    char name[ZG_THREAD_NAME + 1] = "";
    FILE *f = fopen(path, "re");

    if (f == NULL || fgets(name, sizeof(name), f) == NULL)
        zg_str_copy(name, ZG_THREAD_NAME, last);
    if (f != NULL)
        fclose(f);
    name[strcspn(name, "\n")] = '\0';
    zg_buf_format(out, "%S", name);
    free(path);
}

/* "thread T2 "worker" (tid 12)" */
static char *thread_text(uint32_t actor)
{
    static struct zg_thread t;
    ZG_BUF(name, 80);

    if (!read_thread(actor, &t))
        return actor == 0 ? zg_cli_copy("nobody") : zg_cli_format("thread T%u (finished)", actor);
    read_name(t.tid, t.name, &name);
    if (t.is_main)
        return zg_cli_format("the main thread (tid %d)", t.tid);
    return zg_cli_format("thread T%u \"%s\" (tid %d%s)", actor, name.text, t.tid,
                         t.state == ZG_THREAD_RUNNING ? "" : ", finished");
}

static size_t read_stack(uint32_t id, uintptr_t frames[FRAMES_MAX])
{
    size_t n = 0;

    while (id != 0 && n < FRAMES_MAX) {
        const struct zg_depot_node *chunk;
        struct zg_depot_node node;

        if (!zg_remote_read(&the.remote, &the.root.stacks[id >> ZG_DEPOT_CHUNK_BITS], &chunk,
                            sizeof(chunk)) ||
            !zg_remote_read(&the.remote, chunk + (id & ((1U << ZG_DEPOT_CHUNK_BITS) - 1)), &node,
                            sizeof(node)))
            break;
        frames[n++] = node.ip;
        id = node.parent;
    }
    return n;
}

/* "push src/a.c:12", of the first frame that is no library's; NULL unknown. */
static char *place_text(uint32_t stack)
{
    uintptr_t frames[FRAMES_MAX];
    size_t n = read_stack(stack, frames);

    for (size_t i = 0; i < n; i++) {
        const struct zg_symbol *found;
        char path[PATH_MAX];
        uint64_t offset;
        struct zg_code code = {.function = "", .file = ""};

        if (!zg_remote_object(&the.remote, frames[i] - 1, path, &offset))
            continue;
        code.module = path;
        code.is_program = true;
        if (zg_code_is_library(&code) || strcmp(path, the.remote.guard) == 0 ||
            strncmp(path, "/usr/lib/", 9) == 0)
            continue;
        if (zg_symbols_at(the.symbols, path, "", offset, &found) == 0 || found->function == NULL)
            return zg_cli_format("%s+0x%lx", path, offset);
        if (found->file == NULL)
            return zg_cli_copy(found->function);
        return zg_cli_format("%s %s:%u", found->function, found->file, found->line);
    }
    return NULL;
}

static uint32_t inside_of(const struct zg_owned *o, const void *address)
{
    struct zg_actor bias;

    if (o->in != 0)
        return o->in;
    if (zg_remote_read(&the.remote, o->bias, &bias, sizeof(bias)) &&
        bias.entering == (const void *)((const char *)address + offsetof(struct zg_owned, in)))
        return bias.id;
    return 0;
}

static json_t *text_or_null(char *text)
{
    json_t *value = text == NULL ? json_null() : json_string(text);

    free(text);
    return value;
}

static json_t *endpoints_of(const struct zg_socket *s)
{
    json_t *list = json_array();
    const struct zg_endpoint *at = s->endpoints;
    struct zg_endpoint e;

    for (int i = 0; i < ENDPOINTS_MAX && zg_remote_read(&the.remote, at, &e, sizeof(e)); i++) {
        ZG_BUF(uri, 4 * ZG_ENDPOINT_URI);
        json_t *one;

        zg_buf_format(&uri, "%.*S", ZG_ENDPOINT_URI - 1, e.uri);
        one = json_pack("{s:s, s:b}", "uri", uri.text, "bound", e.bound);
        if (e.mode != ZG_ENDPOINT_NO_MODE)
            json_object_set_new(one, "mode", text_or_null(zg_cli_format("%04o", e.mode)));
        json_array_append_new(list, one);
        at = e.next;
    }
    return list;
}

static json_t *hand_overs_of(const struct zg_socket *s)
{
    static const char *const how[] = {"in order", "unordered", "overlap"};
    static struct zg_users users;
    json_t *list = json_array();
    struct zg_user u;

    if (!zg_remote_read(&the.remote, s->users, &users, sizeof(users)))
        return list;
    for (uint32_t n = 0; zg_users_newest(&users, s->number, n, &u); n++)
        json_array_append_new(
            list, json_pack("{s:o, s:s, s:o, s:o, s:s, s:s, s:I}", "by",
                            text_or_null(thread_text(u.actor)), "op", zg_op_name(zg_use_op(u.use)),
                            "at", text_or_null(place_text(zg_use_stack(u.use))), "from",
                            text_or_null(thread_text(u.before_actor)), "from_op",
                            zg_op_name(zg_use_op(u.before)), "order", how[u.coming % 3], "age_ms",
                            (json_int_t)((the.now - u.time) / 1000000)));
    return list;
}

static json_t *side_of(const struct zg_pair_side *side)
{
    return json_pack("{s:o, s:s, s:o}", "by", text_or_null(thread_text(side->thread)), "op",
                     zg_op_name(side->op), "at", text_or_null(place_text(side->stack)));
}

/* The hand-over that provocation has the socket down for; NULL when there is none, or when it was
 * in order. */
static json_t *suspicion_of(const struct zg_socket *s)
{
    char possible[32] = "";
    struct zg_pair pair;

    if (!zg_remote_read(&the.remote, s->pair, &pair, sizeof(pair)) || pair.possible == NULL)
        return NULL;
    (void)zg_remote_read(&the.remote, pair.possible, possible, sizeof(possible) - 1);
    return json_pack("{s:o, s:o, s:o, s:I, s:I, s:I}", "taken", side_of(&pair.taken), "given",
                     side_of(&pair.given), "possible", text_or_null(strdup(possible)), "times",
                     (json_int_t)pair.times, "holds", (json_int_t)pair.holds, "proven",
                     (json_int_t)pair.proven);
}

static json_t *socket_of(const struct zg_socket *s, const void *address)
{
    const struct zg_owned *o = &s->owned;
    uint32_t inside = inside_of(o, address);
    json_t *out = json_pack("{s:i, s:s, s:o, s:o, s:I}", "number", (int)s->number, "type",
                            zg_socket_type_name(s->type), "owner",
                            text_or_null(thread_text((uint32_t)(o->word & ZG_OWNED_PLAIN))),
                            "endpoints", endpoints_of(s), "calls", (json_int_t)zg_owned_uses(o));
    json_t *suspicion;

    if (zg_owned_uses(o) > 0) {
        json_object_set_new(out, "op", json_string(zg_op_name(zg_use_op(o->use))));
        json_object_set_new(out, "at", text_or_null(place_text(zg_use_stack(o->use))));
        json_object_set_new(out, "age_ms",
                            json_integer((json_int_t)((the.now - o->time) / 1000000)));
        json_object_set_new(out, "age_at_most", json_boolean(o->timed != zg_owned_uses(o)));
    }
    if (inside != 0)
        json_object_set_new(out, "inside", text_or_null(thread_text(inside)));
    json_object_set_new(out, "created_at", text_or_null(place_text(s->created_at)));
    json_object_set_new(out, "hand_overs", hand_overs_of(s));
    suspicion = suspicion_of(s);
    if (suspicion != NULL)
        json_object_set_new(out, "suspicion", suspicion);
    return out;
}

static int by_number(const void *a, const void *b)
{
    json_int_t left = json_integer_value(json_object_get(*(json_t *const *)a, "number"));
    json_int_t right = json_integer_value(json_object_get(*(json_t *const *)b, "number"));

    return (left > right) - (left < right);
}

/* Open sockets. The table may change meanwhile: a record counts when it names its own handle. */
static json_t *read_sockets(void)
{
    struct zg_table table;
    struct zg_table_map head;
    struct zg_table_slot *slots;
    json_t **found = NULL, *list = json_array();
    size_t count = 0;

    if (!zg_remote_read(&the.remote, the.root.sockets, &table, sizeof(table)) ||
        !zg_remote_read(&the.remote, table.map, &head, sizeof(head)) || head.mask >= SLOTS_MAX)
        return list; /* none yet */
    slots = zg_cli_alloc((head.mask + 1) * sizeof(*slots));
    if (!zg_remote_read(&the.remote, table.map->slots, slots, (head.mask + 1) * sizeof(*slots)))
        head.mask = 0;
    for (size_t i = 0; i <= head.mask; i++) {
        struct zg_socket s;

        if (slots[i].key <= ZG_TABLE_DELETED ||
            !zg_remote_read(&the.remote, slots[i].value, &s, sizeof(s)) ||
            s.owned.handle != slots[i].key || s.life != ZG_LIFE_OPEN || s.what != ZG_WHAT_SOCKET)
            continue;
        found = zg_cli_grow(found, count + 1, sizeof(*found));
        found[count++] =
            socket_of(&s, (const char *)slots[i].value + offsetof(struct zg_socket, owned));
    }
    if (count > 0)
        qsort(found, count, sizeof(*found), by_number);
    for (size_t i = 0; i < count; i++)
        json_array_append_new(list, found[i]);
    free(found);
    free(slots);
    return list;
}

static const char *text(const json_t *o, const char *key)
{
    const char *s = json_string_value(json_object_get(o, key));

    return s == NULL ? "?" : s;
}

static void print_use(const json_t *s)
{
    json_int_t ms = json_integer_value(json_object_get(s, "age_ms"));

    if (json_object_get(s, "op") == NULL)
        return;
    if (json_object_get(s, "inside") != NULL)
        printf("  inside: %s, in %s()", text(s, "inside"), text(s, "op"));
    else
        printf("  last use: %s()", text(s, "op"));
    printf(" %s%s%lld.%03lld s%s", json_object_get(s, "inside") != NULL ? "for " : "",
           json_is_true(json_object_get(s, "age_at_most")) ? "at most " : "", (long long)ms / 1000,
           (long long)ms % 1000, json_object_get(s, "inside") != NULL ? "" : " ago");
    printf(", call %lld, at %s\n", json_integer_value(json_object_get(s, "calls")), text(s, "at"));
}

static void print_suspicion(const json_t *s)
{
    const json_t *taken = json_object_get(s, "taken"), *given = json_object_get(s, "given");

    printf("  suspicion: %s() by %s at %s, after %s() by %s at %s: an order is possible (%s); "
           "%lld times, %lld holds, %lld proven\n",
           text(taken, "op"), text(taken, "by"), text(taken, "at"), text(given, "op"),
           text(given, "by"), text(given, "at"), text(s, "possible"),
           json_integer_value(json_object_get(s, "times")),
           json_integer_value(json_object_get(s, "holds")),
           json_integer_value(json_object_get(s, "proven")));
}

static void print_socket(const json_t *s)
{
    const json_t *e;
    size_t i;

    printf("S%lld %s, owned by %s, created at %s\n",
           json_integer_value(json_object_get(s, "number")), text(s, "type"), text(s, "owner"),
           text(s, "created_at"));
    json_array_foreach(json_object_get(s, "endpoints"), i, e)
    {
        printf("  %s %s", json_is_true(json_object_get(e, "bound")) ? "bound" : "connected",
               text(e, "uri"));
        if (json_object_get(e, "mode") != NULL)
            printf(" (mode %s)", text(e, "mode"));
        putchar('\n');
    }
    print_use(s);
    json_array_foreach(json_object_get(s, "hand_overs"), i, e)
    {
        printf("  hand-over: %s() by %s at %s, after %s() by %s: %s\n", text(e, "op"),
               text(e, "by"), text(e, "at"), text(e, "from_op"), text(e, "from"), text(e, "order"));
    }
    if (json_object_get(s, "suspicion") != NULL)
        print_suspicion(json_object_get(s, "suspicion"));
}

/* KiB, or -1. */
static long read_memory(void)
{
    size_t mapped;

    return zg_remote_read(&the.remote, the.root.mapped, &mapped, sizeof(mapped))
               ? (long)(mapped >> 10)
               : -1;
}

static pid_t read_command_line(int argc, char **argv, bool *json)
{
    uint64_t pid = 0;
    int i;

    for (i = 1; i < argc && argv[i][0] == '-'; i++) {
        const char *format = zg_cli_value(argv[i], "format");

        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(ZG_CLI_OK);
        }
        if (format == NULL || (strcmp(format, "json") != 0 && strcmp(format, "text") != 0))
            zg_cli_usage("inspect: unknown option %s; see zmqguard inspect --help", argv[i]);
        *json = strcmp(format, "json") == 0;
    }
    if (argc - i != 1 || zg_str_number(argv[i], strlen(argv[i]), 10, &pid) != 0 || pid == 0 ||
        pid > INT32_MAX)
        zg_cli_usage("inspect: takes one process id; see zmqguard inspect --help");
    return (pid_t)pid;
}

int zg_cli_inspect(int argc, char **argv)
{
    bool json = false;
    pid_t pid = read_command_line(argc, argv, &json);
    json_t *sockets, *s;
    long memory;
    size_t i;

    open_process(pid);
    the.symbols = zg_symbols_new(NULL, NULL);
    the.now = now_ns();
    sockets = read_sockets();
    memory = read_memory();
    if (json) {
        json_t *record =
            json_pack("{s:i, s:s, s:i, s:I, s:O}", "zmqguard", 1, "record", "inspection", "pid",
                      (int)pid, "guard_kib", (json_int_t)memory, "sockets", sockets);

        json_dumpf(record, stdout, JSON_INDENT(2));
        putchar('\n');
        json_decref(record);
    } else {
        printf("process %d: %zu open socket%s; the guard holds %ld KiB\n", (int)pid,
               json_array_size(sockets), json_array_size(sockets) == 1 ? "" : "s", memory);
        json_array_foreach(sockets, i, s)
        {
            print_socket(s);
        }
    }
    json_decref(sockets);
    zg_symbols_free(the.symbols);
    return ZG_CLI_OK;
}
