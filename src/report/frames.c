/* SPDX-License-Identifier: MPL-2.0 */
/* From return addresses to names: objects, symbols, and lines from the helper. */
#include "report/frames.h"

#include "base/str.h"
#include "base/sys.h"
#include "host/lib.h"
#include "host/options.h"
#include "host/python.h"
#include "host/script.h"
#include "host/symbol.h"
#include "report/symbolize.h"

#define LINES       2048
#define TEXT_BYTES  ((size_t)64 << 10)
#define ASK_BYTES   ((size_t)192 << 10)
#define REPLY_BYTES ((size_t)512 << 10)

/* Everything a report needs, mapped at the first report. Guarded by the report lock. */
static struct work {
    struct zg_traces traces;
    struct zg_line lines[LINES];
    uint32_t line_count;
    uint16_t asked[ZG_PLACES]; /* the places that were asked for, in order */
    uint32_t asked_count;
    char text[TEXT_BYTES]; /* symbols */
    size_t text_used;
    char ask[ASK_BYTES];
    char reply[REPLY_BYTES];
} * work;

static size_t work_bytes(void)
{
    return (sizeof(struct work) + 4095) & ~(size_t)4095;
}

const char *zg_frames_file(const char *file)
{
    const char *prefix = zg_options.strip_path_prefix;
    const char *at = prefix[0] != '\0' ? strstr(file, prefix) : NULL;

    if (at != NULL) {
        file = at + strlen(prefix);
        while (*file == '/')
            file++;
    }
    return zg_str_starts(file, "./") ? file + 2 : file;
}

/* Names that do not fit any more are left out: the helper, or the reader's, finds them. */
static void find_symbol(struct zg_place *p)
{
    char *text = work->text + work->text_used;
    size_t room = sizeof(work->text) - work->text_used;

    p->symbol = "";
    if (!p->has_object || room < 2 ||
        !zg_symbol_at(&p->object, p->pc, text, room, &p->symbol_offset))
        return;
    p->symbol = text;
    work->text_used += strlen(text) + 1;
}

/* The place of an address, looked up once a report. ZG_PLACES when the table is full. */
static uint16_t place_of(uintptr_t pc)
{
    struct zg_traces *t = &work->traces;
    struct zg_place *p;

    for (uint32_t i = 0; i < t->count; i++) {
        if (t->places[i].pc == pc)
            return (uint16_t)i;
    }
    if (t->count == ZG_PLACES)
        return ZG_PLACES;
    p = &t->places[t->count];
    memset(p, 0, sizeof(*p));
    p->pc = pc;
    p->internal = zg_lib_is_internal(pc);
    p->has_object = zg_object_at(pc, &p->object);
    p->offset = p->has_object ? pc - p->object.base : pc;
    find_symbol(p);
    return (uint16_t)t->count++;
}

/* As place_of(), for a frame of an interpreted language. */
static uint16_t script_place_of(uintptr_t frame)
{
    const struct zg_script_place *script = zg_script_place(frame);
    struct zg_traces *t = &work->traces;
    struct zg_line *line = &work->lines[work->line_count];

    for (uint32_t i = 0; i < t->count; i++) {
        if (t->places[i].pc == frame)
            return (uint16_t)i;
    }
    if (t->count == ZG_PLACES || work->line_count == LINES)
        return ZG_PLACES;
    work->line_count++;
    *line = (struct zg_line){script->function, script->file, script->line, 0};
    t->places[t->count] = (struct zg_place){
        .pc = frame,
        .script = true,
        .symbol = "",
        .line_count = 1,
        .lines = line,
    };
    return (uint16_t)t->count++;
}

/* Frames of the C library (thread start, what calls main) or of the guard: at the bottom they say
 * nothing. */
static bool is_start(const struct zg_place *p)
{
    return p->internal ||
           (p->has_object && zg_str_starts(zg_str_last_component(p->object.path), "libc."));
}

/* An interpreter's own C frames say nothing beside the script's frames that they run. */
static void leave_interpreter_out(struct zg_trace *trace)
{
    const struct zg_place *places = work->traces.places;
    bool has_script = false;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < trace->count; i++)
        has_script |= places[trace->places[i]].script;
    if (!has_script)
        return;
    for (uint32_t i = 0; i < trace->count; i++) {
        if (!zg_python_contains(places[trace->places[i]].pc))
            trace->places[kept++] = trace->places[i];
    }
    trace->count = kept;
}

static void trim(struct zg_trace *trace)
{
    const struct zg_place *places = work->traces.places;
    uint32_t first = 0;
    uint32_t count = trace->count;

    for (uint32_t i = 0; i < count; i++) {
        if (zg_str_equal(places[trace->places[i]].symbol, "main") &&
            places[trace->places[i]].object.order == 0)
            count = i + 1;
    }
    while (count > 1 && is_start(&places[trace->places[count - 1]]))
        count--;
    while (first + 1 < count && places[trace->places[first]].internal)
        first++;
    memmove(trace->places, trace->places + first, (count - first) * sizeof(trace->places[0]));
    trace->count = count - first;
}

/* Whose frames the chain ends at since they cannot be followed; NULL when it ends well. */
static const char *unfollowed(uintptr_t frame)
{
    uint16_t place;

    if (!zg_stack_ends_unfollowed(frame) || (place = place_of(frame - 1)) == ZG_PLACES)
        return NULL;
    return work->traces.places[place].has_object
               ? zg_str_last_component(work->traces.places[place].object.path)
               : "generated code";
}

static void resolve(struct zg_trace *trace, zg_stack_id stack)
{
    uintptr_t pcs[ZG_STACK_FRAMES];
    size_t n = zg_stack_frames(stack, pcs, ZG_COUNT(pcs));

    trace->count = 0;
    trace->unfollowed = n > 0 ? unfollowed(pcs[n - 1]) : NULL;
    for (size_t i = 0; i < n && i < ZG_COUNT(pcs); i++) {
        uint16_t place =
            zg_stack_is_script(pcs[i]) ? script_place_of(pcs[i]) : place_of(pcs[i] - 1);

        if (place == ZG_PLACES)
            break;
        trace->places[trace->count++] = place;
    }
    leave_interpreter_out(trace);
    trim(trace);
}

static bool is_plain(const char *path)
{
    for (; *path != '\0'; path++) {
        if ((unsigned char)*path < ' ' || *path == 0x7f)
            return false;
    }
    return true;
}

/* Only places that are shown are asked for. */
static void ask(struct zg_buf *request, uint16_t index)
{
    const struct zg_place *p = &work->traces.places[index];

    for (uint32_t i = 0; i < work->asked_count; i++) {
        if (work->asked[i] == index)
            return;
    }
    if (!p->has_object || p->object.path[0] != '/' || !is_plain(p->object.path) ||
        request->cap - request->len < strlen(p->object.path) + 128)
        return;
    zg_buf_format(request, "%s\t", p->object.path);
    for (uint32_t i = 0; i < p->object.build_id_len; i++)
        zg_buf_format(request, "%02x", p->object.build_id[i]);
    zg_buf_format(request, "\t%lx\n", p->offset);
    work->asked[work->asked_count++] = index;
}

static void ask_all(struct zg_buf *request, uint32_t events)
{
    for (uint32_t e = 0; e < events; e++) {
        const struct zg_trace *trace = &work->traces.of[e];

        for (uint32_t i = 0; i < trace->count; i++)
            ask(request, trace->places[i]);
    }
}

/* Cuts the next field of a line off. */
static char *field(char **line)
{
    char *start = *line;
    char *tab = start + strcspn(start, "\t");

    *line = *tab == '\t' ? tab + 1 : tab;
    *tab = '\0';
    return start;
}

static void take_line(struct zg_place *p, char *text)
{
    struct zg_line *line = &work->lines[work->line_count];
    uint64_t number = 0;
    uint64_t column = 0;
    char *word;

    line->function = field(&text);
    line->file = field(&text);
    word = field(&text);
    (void)zg_str_number(word, strlen(word), 10, &number);
    word = field(&text);
    (void)zg_str_number(word, strlen(word), 10, &column);
    line->line = (uint32_t)number;
    line->column = (uint32_t)column;
    if (line->function[0] == '\0' && line->file[0] == '\0')
        return;
    if (p->line_count++ == 0)
        p->lines = line;
    work->line_count++;
}

/* The answers are in the order of the questions; each ends with an empty line. */
static void take_reply(char *text)
{
    uint32_t answer = 0;

    while (*text != '\0' && answer < work->asked_count && work->line_count < LINES) {
        char *end = strchrnul(text, '\n');
        char *next = *end == '\n' ? end + 1 : end;

        *end = '\0';
        if (end == text)
            answer++;
        else
            take_line(&work->traces.places[work->asked[answer]], text);
        text = next;
    }
}

const struct zg_traces *zg_frames_resolve(const struct zg_finding *f)
{
    struct zg_buf request;
    struct zg_buf reply;

    if (work == NULL)
        work = zg_sys_map(work_bytes());
    if (work == NULL)
        return NULL;
    work->traces.count = 0;
    work->line_count = 0;
    work->asked_count = 0;
    work->text_used = 0;
    for (uint32_t i = 0; i < f->event_count; i++)
        resolve(&work->traces.of[i], f->events[i].stack);
    if (!zg_options.symbolize)
        return &work->traces;
    request = zg_buf_on(work->ask, sizeof(work->ask));
    reply = zg_buf_on(work->reply, sizeof(work->reply));
    ask_all(&request, f->event_count);
    if (request.len > 0) {
        (void)zg_symbolize_run(&request, &reply);
        take_reply(reply.text);
    }
    return &work->traces;
}
