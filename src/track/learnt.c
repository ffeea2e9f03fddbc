/* SPDX-License-Identifier: MPL-2.0 */
/* The file of provoke_file=: reading and writing it, and finding this run's places in it. */
#include "track/learnt.h"

#include <errno.h>
#include <fcntl.h>

#include "base/arena.h"
#include "base/str.h"
#include "base/sys.h"
#include "host/objects.h"
#include "host/options.h"
#include "host/script.h"
#include "report/finding.h"
#include "report/sink.h"
#include "track/provoke.h"

#define FIRST_LINE     "libzmqguard provoke 1\n"
#define FILE_BYTES     ((size_t)256 << 10)
#define PATH_BYTES     4096
#define PLACE_BYTES    (2 * ZG_BUILD_ID_MAX + 20) /* "BUILDID+OFFSET" */
#define PROGRAM        256
#define MOST_FRUITLESS 4 /* that are believed: code and timing change, so no pair is given up */
#define SECOND         ((uint64_t)1000000000)
#define REMEMBERED     256 /* places of this run */

struct side {
    uint64_t hash; /* of the stack */
    char place[PLACE_BYTES];
};

struct entry {
    struct side sides[2];
    bool suspect; /* an order was possible, none was seen */
    uint32_t times, holds, fruitless, proven;
    struct zg_pair pair; /* this run's */
};

/* Written by zg_learnt_load(), but for `places`, `saving` and `saved`. */
static struct {
    struct entry *entries;
    uint32_t count;
    bool is_on;                  /* atomic: the file may be written */
    bool is_told;                /* that it cannot be written */
    char path[PATH_BYTES];       /* absolute */
    char program[PROGRAM];       /* "NAME BUILDID" */
    uint64_t places[REMEMBERED]; /* atomic: a stack's number, and 1 + the entry's, or 0 */
    uint32_t saving;             /* atomic: a thread writes it */
    uint64_t saved;              /* atomic: when it was written last */
} learnt;

bool zg_learnt_any;

static void put_build_id(struct zg_buf *out, const struct zg_object *o)
{
    for (uint32_t i = 0; i < o->build_id_len; i++)
        zg_buf_format(out, "%02x", o->build_id[i]);
    if (o->build_id_len == 0)
        zg_buf_char(out, '-');
}

static uint64_t hash_frame(uint64_t hash, uintptr_t frame)
{
    struct zg_object o;
    uintptr_t offset;

    if (zg_stack_is_script(frame)) {
        const struct zg_script_place *p = zg_script_place(frame);

        hash = zg_hash_text(zg_hash_text(hash, p->function), p->file);
        return zg_hash_bytes(hash, &p->line, sizeof(p->line));
    }
    if (!zg_object_at(frame - 1, &o))
        return zg_hash_text(hash, "?"); /* generated code: elsewhere in each run */
    offset = frame - o.base;
    hash = o.build_id_len > 0 ? zg_hash_bytes(hash, o.build_id, o.build_id_len)
                              : zg_hash_text(hash, zg_str_last_component(o.path));
    return zg_hash_bytes(hash, &offset, sizeof(offset));
}

/* place: NULL, or gets the innermost frame of compiled code, for who reads the file. */
static uint64_t hash_stack(zg_stack_id stack, char *place)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    size_t count = zg_stack_frames(stack, frames, ZG_COUNT(frames));
    uint64_t hash = ZG_HASH_START;
    struct zg_object o;
    size_t i = 0;

    for (size_t k = 0; k < count; k++)
        hash = hash_frame(hash, frames[k]);
    if (place == NULL)
        return hash;
    while (i < count && zg_stack_is_script(frames[i]))
        i++;
    if (i < count && zg_object_at(frames[i] - 1, &o)) {
        struct zg_buf b = zg_buf_on(place, PLACE_BYTES);

        put_build_id(&b, &o);
        zg_buf_format(&b, "+0x%lx", frames[i] - o.base);
    } else {
        (void)zg_str_copy(place, PLACE_BYTES, "-");
    }
    return hash;
}

static struct entry *find(uint64_t a, uint64_t b)
{
    for (uint32_t i = 0; i < learnt.count; i++) {
        struct entry *e = &learnt.entries[i];

        if ((e->sides[0].hash == a && e->sides[1].hash == b) ||
            (e->sides[0].hash == b && e->sides[1].hash == a))
            return e;
    }
    return NULL;
}

struct zg_pair *zg_learnt_pair(zg_stack_id a, zg_stack_id b)
{
    struct entry *e;

    if (!__atomic_load_n(&zg_learnt_any, __ATOMIC_ACQUIRE))
        return NULL;
    e = find(hash_stack(a, NULL), hash_stack(b, NULL));
    return e != NULL ? &e->pair : NULL;
}

struct zg_pair *zg_learnt_place_slow(zg_stack_id place)
{
    uint64_t *known = &learnt.places[place % REMEMBERED];
    uint64_t k = __atomic_load_n(known, __ATOMIC_RELAXED);
    uint64_t hash;
    uint32_t i = 0;

    if (k >> 32 != place || place == 0) {
        hash = hash_stack(place, NULL);
        while (i < learnt.count && learnt.entries[i].sides[0].hash != hash &&
               learnt.entries[i].sides[1].hash != hash)
            i++;
        k = (uint64_t)place << 32 | (i < learnt.count ? i + 1 : 0);
        __atomic_store_n(known, k, __ATOMIC_RELAXED);
    }
    return (uint32_t)k != 0 ? &learnt.entries[(uint32_t)k - 1].pair : NULL;
}

/* Reading: words of a line, which the hash at the end has shown to be our own. */

struct words {
    const char *at;
    bool bad;
};

static size_t next_word(struct words *w, const char **word)
{
    size_t n;

    while (*w->at == ' ')
        w->at++;
    *word = w->at;
    n = strcspn(w->at, " \n");
    w->at += n;
    w->bad |= n == 0;
    return n;
}

static uint64_t next_number(struct words *w, unsigned base)
{
    const char *word;
    size_t n = next_word(w, &word);
    uint64_t value = 0;

    if (zg_str_number(word, n, base, &value) != 0)
        w->bad = true;
    return value;
}

static void next_place(struct words *w, char place[PLACE_BYTES])
{
    const char *word;
    size_t n = next_word(w, &word);

    w->bad |= n >= PLACE_BYTES;
    (void)zg_format(place, PLACE_BYTES, "%.*s", (int)(n < PLACE_BYTES ? n : 0), word);
}

static bool read_pair(const char *line, struct entry *e)
{
    struct words w = {.at = line};

    e->sides[0].hash = next_number(&w, 16);
    e->sides[1].hash = next_number(&w, 16);
    e->suspect = next_number(&w, 10) != 0;
    e->times = (uint32_t)next_number(&w, 10);
    e->holds = (uint32_t)next_number(&w, 10);
    e->fruitless = (uint32_t)next_number(&w, 10);
    e->proven = (uint32_t)next_number(&w, 10);
    next_place(&w, e->sides[0].place);
    next_place(&w, e->sides[1].place);
    e->pair.key = (e->sides[0].hash ^ e->sides[1].hash) | 1;
    e->pair.fruitless = e->fruitless < MOST_FRUITLESS ? e->fruitless : MOST_FRUITLESS;
    e->pair.possible = e->suspect ? "what an earlier run met" : NULL;
    e->pair.is_learnt = true;
    return !w.bad && *w.at == '\n';
}

/* NULL, or what is wrong. */
static const char *read_pairs(const char *line)
{
    uint32_t n = 0;

    learnt.entries = zg_arena_alloc(ZG_LEARNT_PAIRS * sizeof(struct entry));
    if (learnt.entries == NULL)
        return "no memory to read it";
    for (; zg_str_starts(line, "pair "); line = strchr(line, '\n') + 1) {
        if (n == ZG_LEARNT_PAIRS || !read_pair(line + 5, &learnt.entries[n++]))
            return "corrupt";
    }
    if (!zg_str_starts(line, "end "))
        return "corrupt";
    learnt.count = n;
    __atomic_store_n(&zg_learnt_any, n > 0, __ATOMIC_RELEASE);
    return NULL;
}

/* The last line, "end HASH", if the text ends so and the hash is that of all before it. */
static bool is_whole(const char *text, size_t len)
{
    const char *end = text + len;
    uint64_t hash = 0;

    if (len < 2 || memchr(text, '\0', len) != NULL || end[-1] != '\n')
        return false;
    end--;
    while (end > text && end[-1] != '\n')
        end--;
    return zg_str_starts(end, "end ") &&
           zg_str_number(end + 4, (size_t)(text + len - 1 - (end + 4)), 16, &hash) == 0 &&
           hash == zg_hash_bytes(ZG_HASH_START, text, (size_t)(end - text));
}

static void name_program(void)
{
    struct zg_buf b = zg_buf_on(learnt.program, sizeof(learnt.program));
    struct zg_object o = {.path = ""};
    char path[PATH_BYTES];
    long n = zg_sys4(SYS_readlinkat, AT_FDCWD, "/proc/self/exe", path, sizeof(path) - 1);

    path[n > 0 ? n : 0] = '\0';
    (void)zg_object_of_program(&o);
    for (const char *c = zg_str_last_component(n > 0 ? path : o.path); *c != '\0'; c++)
        zg_buf_char(&b, *c > ' ' && *c < 0x7f ? *c : '_');
    b.len = b.len < PROGRAM / 2 ? b.len : PROGRAM / 2;
    zg_buf_char(&b, ' ');
    put_build_id(&b, &o);
}

/* NULL: it was read. *keep: the file is not ours to write. */
static const char *read_text(const char *text, size_t len, bool *keep)
{
    static const char program[] = FIRST_LINE "program ";
    size_t name = strcspn(learnt.program, " ");
    size_t all = strlen(learnt.program);
    const char *at;

    *keep = true;
    if (!zg_str_starts(text, FIRST_LINE))
        return "not a file that provoke_file= wrote";
    if (!zg_str_starts(text, program) || !is_whole(text, len))
        return "corrupt";
    at = text + sizeof(program) - 1;
    if (strcspn(at, " \n") != name || memcmp(at, learnt.program, name) != 0)
        return "of another program";
    *keep = false;
    if (strcspn(at, "\n") != all || memcmp(at, learnt.program, all) != 0)
        return "of another build of the program";
    return read_pairs(at + all + 1);
}

static void say(const char *what, const char *and)
{
    ZG_BUF(line, PATH_BYTES + 128);

    zg_buf_format(&line, "libzmqguard: provoke_file=%S: %s%s", learnt.path, what, and);
    zg_findings_notice(&line);
}

static void find_path(void)
{
    struct zg_buf b = zg_buf_on(learnt.path, sizeof(learnt.path));
    long n = 0;

    if (zg_options.provoke_file[0] != '/') {
        n = zg_sys2(SYS_getcwd, learnt.path, sizeof(learnt.path) / 2);
        b.len = n > 1 ? (size_t)n - 1 : 0;
        zg_buf_char(&b, '/');
    }
    zg_buf_str(&b, zg_options.provoke_file);
}

/* Nothing to read is no fault: this is the first run. */
static const char *load(char *text, bool *keep)
{
    int fd = zg_sys_open(learnt.path, O_RDONLY | O_NONBLOCK, 0);
    struct stat st;
    size_t len = 0;
    long n = 0;

    *keep = fd < 0 && fd != -ENOENT;
    if (fd < 0)
        return *keep ? "cannot be read" : NULL;
    if (zg_sys_fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
        zg_sys_close(fd);
        *keep = true;
        return "not a regular file";
    }
    while (len < FILE_BYTES - 1 && (n = zg_sys_read(fd, text + len, FILE_BYTES - 1 - len)) > 0)
        len += (size_t)n;
    zg_sys_close(fd);
    text[len] = '\0';
    return len == 0 && n == 0 ? NULL : read_text(text, len, keep);
}

void zg_learnt_load(void)
{
    const char *wrong;
    char *text;
    bool keep;

    if (zg_options.provoke_file[0] == '\0' || zg_options.provoke == 0)
        return;
    find_path();
    name_program();
    text = zg_sys_map(FILE_BYTES);
    if (text == NULL)
        return;
    wrong = load(text, &keep);
    zg_sys_unmap(text, FILE_BYTES);
    if (wrong != NULL)
        say(wrong, keep ? ": ignored, and left as it is" : ": ignored, and to be replaced");
    __atomic_store_n(&learnt.is_on, !keep, __ATOMIC_RELEASE);
}

/* Writing. */

struct writing {
    struct zg_buf *out;
    uint32_t count;
};

static void put_entry(struct writing *w, const struct entry *e, const struct zg_pair *now)
{
    uint32_t proven = e->proven + now->proven;

    if (w->count == ZG_LEARNT_PAIRS)
        return;
    w->count++;
    zg_buf_format(w->out, "pair %lx %lx %u %u %u %u %u %s %s\n", e->sides[0].hash, e->sides[1].hash,
                  e->suspect || now->times > 0, e->times + now->times, e->holds + now->holds,
                  now->proven > 0 ? 0 : now->fruitless, proven, e->sides[0].place,
                  e->sides[1].place);
}

static void put_new(struct zg_pair *p, void *arg)
{
    struct entry e = {.suspect = false};

    if (__atomic_load_n(&p->used, __ATOMIC_ACQUIRE) != p)
        return;
    e.sides[0].hash = hash_stack(p->given.stack, e.sides[0].place);
    e.sides[1].hash = hash_stack(p->taken.stack, e.sides[1].place);
    put_entry(arg, &e, p);
}

static void put_all(struct zg_buf *out)
{
    struct writing w = {.out = out};

    zg_buf_format(out, FIRST_LINE "program %s\n", learnt.program);
    for (uint32_t i = 0; i < learnt.count; i++)
        put_entry(&w, &learnt.entries[i], &learnt.entries[i].pair);
    zg_provoke_each(put_new, &w);
    zg_buf_format(out, "end %lx\n", zg_hash_bytes(ZG_HASH_START, out->text, out->len));
}

/* 0 or -errno. Signals are blocked. */
static int replace_file(const struct zg_buf *text)
{
    char name[PATH_BYTES + 32];
    int fd, rc;

    (void)zg_format(name, sizeof(name), "%s.%d.new", learnt.path, zg_sys_getpid());
    fd = zg_sys_open(name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0666);
    if (fd < 0)
        return fd;
    rc = zg_sink_put(fd, text->text, text->len);
    zg_sys_close(fd);
    if (rc == 0)
        rc = (int)zg_sys4(SYS_renameat, AT_FDCWD, name, AT_FDCWD, learnt.path);
    if (rc != 0)
        (void)zg_sys3(SYS_unlinkat, AT_FDCWD, name, 0);
    return rc;
}

static void write_file(char *memory)
{
    struct zg_buf text = zg_buf_on(memory, FILE_BYTES);
    uint64_t mask = zg_sys_block_signals();
    uint64_t pending = zg_sink_pending();
    int rc;

    put_all(&text);
    rc = text.cut ? -ENOSPC : replace_file(&text);
    zg_sink_take_back(pending);
    zg_sys_restore_signals(mask);
    if (rc == 0 || __atomic_exchange_n(&learnt.is_told, true, __ATOMIC_RELAXED))
        return;
    say("cannot be written", rc == -EACCES ? ": permission denied" : "");
}

static void note_some(struct zg_pair *p, void *any)
{
    (void)p;
    *(bool *)any = true;
}

void zg_learnt_save(bool rarely)
{
    uint64_t now = zg_sys_now();
    bool any = false;
    char *memory;

    if (!__atomic_load_n(&learnt.is_on, __ATOMIC_ACQUIRE) ||
        (rarely && now - __atomic_load_n(&learnt.saved, __ATOMIC_RELAXED) < SECOND))
        return;
    zg_provoke_each(note_some, &any);
    if ((!any && learnt.count == 0) ||
        __atomic_exchange_n(&learnt.saving, 1, __ATOMIC_ACQUIRE) != 0)
        return;
    memory = zg_sys_map(FILE_BYTES);
    if (memory != NULL) {
        write_file(memory);
        zg_sys_unmap(memory, FILE_BYTES);
    }
    __atomic_store_n(&learnt.saved, now, __ATOMIC_RELAXED);
    __atomic_store_n(&learnt.saving, 0, __ATOMIC_RELEASE);
}

void zg_learnt_each(void (*visit)(struct zg_pair *pair, void *arg), void *arg)
{
    if (!__atomic_load_n(&zg_learnt_any, __ATOMIC_ACQUIRE))
        return;
    for (uint32_t i = 0; i < learnt.count; i++)
        visit(&learnt.entries[i].pair, arg);
}

void zg_learnt_collect(struct zg_summary *summary)
{
    summary->learnt = __atomic_load_n(&zg_learnt_any, __ATOMIC_ACQUIRE) ? learnt.count : 0;
}
