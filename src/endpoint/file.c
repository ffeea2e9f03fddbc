/* SPDX-License-Identifier: MPL-2.0 */
/* What becomes of the files of ipc endpoints after the bind. */
#include "endpoint/file.h"

#include <errno.h>
#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/issues.h"
#include "host/fork.h"
#include "host/lib.h"
#include "host/options.h"

#define LOOK_EVERY_NS ((uint64_t)1000000000)

struct search {
    struct stat st;
    struct zg_listener *found;
};

static bool visit_same(struct zg_listener *l, void *arg)
{
    struct search *search = arg;

    if (l->has_file && l->ino == search->st.st_ino && l->dev == search->st.st_dev &&
        !__atomic_load_n(&l->closing, __ATOMIC_RELAXED))
        search->found = l;
    return search->found == NULL;
}

/* flags: AT_SYMLINK_NOFOLLOW or 0. */
static struct zg_listener *listener_at(int dir, const char *path, int flags)
{
    struct search search = {.found = NULL};

    if (path != NULL && zg_sys_fstatat(dir, path, &search.st, flags) == 0 &&
        S_ISSOCK(search.st.st_mode))
        zg_listener_each(visit_same, &search);
    return search.found;
}

struct zg_listener *zg_file_find(int dir, const char *path)
{
    return listener_at(dir, path, AT_SYMLINK_NOFOLLOW);
}

void zg_file_look_at(int dir, const char *path, const char *doing, uintptr_t caller,
                     uintptr_t frame)
{
    int saved = errno;
    struct zg_listener *l = listener_at(dir, path, 0);
    struct zg_thread *t = l != NULL ? zg_thread_self() : NULL;
    struct zg_notice n;

    if (t != NULL && t->busy == 0) {
        n = (struct zg_notice){.thread = t, .op = ZG_OP_COUNT, .doing = doing};
        n.stack = zg_thread_stack(t, caller, frame);
        zg_file_look_again(&n, l, ZG_LOOK_NOW);
    }
    errno = saved;
}

/* The path of what fd names, without links; "" when it is not to be had. */
static void path_of(int fd, char out[ZG_LISTENER_PATH])
{
    char link[40];
    long n;

    (void)zg_format(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = zg_sys4(SYS_readlinkat, AT_FDCWD, link, out, ZG_LISTENER_PATH - 1);
    out[n > 0 && out[0] == '/' ? n : 0] = '\0';
}

/* The path of a name in a directory, where there may be nothing any more; "" not to be had. */
static void path_of_name(int dir, const char *path, char out[ZG_LISTENER_PATH])
{
    char holder[ZG_LISTENER_PATH];
    const char *last = strrchr(path, '/');
    struct zg_buf b = zg_buf_on(holder, sizeof(holder));
    int fd;

    zg_buf_bytes(&b, path, last == NULL ? 0 : last == path ? 1 : (size_t)(last - path));
    fd = zg_sys_openat(dir, b.len > 0 ? holder : ".", O_PATH | O_DIRECTORY, 0);
    out[0] = '\0';
    if (fd < 0)
        return;
    path_of(fd, out);
    zg_sys_close(fd);
    b = (struct zg_buf){.text = out, .len = strlen(out), .cap = ZG_LISTENER_PATH};
    if (b.len > 1)
        zg_buf_char(&b, '/');
    zg_buf_str(&b, last == NULL ? path : last + 1);
    if (b.cut || out[0] != '/')
        out[0] = '\0';
}

struct move {
    char from[ZG_LISTENER_PATH], to[ZG_LISTENER_PATH];
};

/* The listener's file is where the move has put it, if it is there. */
static bool visit_moved(struct zg_listener *l, void *arg)
{
    const struct move *move = arg;
    size_t n = strlen(move->from);
    char path[ZG_LISTENER_PATH];
    struct zg_buf b = zg_buf_on(path, sizeof(path));
    struct stat st;

    if (!l->has_file || !zg_str_starts(l->real, move->from) ||
        (l->real[n] != '/' && l->real[n] != '\0'))
        return true;
    zg_buf_format(&b, "%s%s", move->to, l->real + n);
    if (!b.cut && zg_sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
        st.st_ino == l->ino && st.st_dev == l->dev)
        zg_listener_moved(l, path);
    return true;
}

static void follow(const struct zg_file_move *move)
{
    struct move m = {{0}, {0}}, back;

    path_of_name(move->from_dir, move->from, m.from);
    path_of_name(move->to_dir, move->to, m.to);
    if (m.from[0] == '\0' || m.to[0] == '\0')
        return;
    zg_listener_each(visit_moved, &m);
    if ((move->flags & ZG_FILE_EXCHANGE) == 0)
        return;
    memcpy(back.from, m.to, sizeof(m.to));
    memcpy(back.to, m.from, sizeof(m.from));
    zg_listener_each(visit_moved, &back);
}

void zg_file_follow(const struct zg_file_move *move)
{
    int saved = errno;
    struct stat st;

    if ((move->flags & ZG_FILE_EXCHANGE) != 0 ||
        (zg_sys_fstatat(move->to_dir, move->to, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
         (S_ISSOCK(st.st_mode) || S_ISDIR(st.st_mode))))
        follow(move);
    errno = saved;
}

/* One thread at a time, and not too often. */
static bool is_due(struct zg_listener *l, enum zg_look when)
{
    uint64_t last = __atomic_load_n(&l->looked, __ATOMIC_RELAXED);
    uint64_t time = zg_sys_now();

    return (when != ZG_LOOK_SELDOM || last == 0 || time - last >= LOOK_EVERY_NS) &&
           __atomic_compare_exchange_n(&l->looked, &last, time, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

void zg_file_look_again(const struct zg_notice *n, struct zg_listener *l, enum zg_look when)
{
    struct zg_inspection *i;
    bool can_tell;

    if (l->path[0] == '\0' || __atomic_load_n(&l->closing, __ATOMIC_RELAXED) ||
        l->pid != zg_sys_getpid() || !is_due(l, when))
        return;
    i = zg_inspection_take();
    if (i == NULL)
        return;
    can_tell = zg_inspect_again(i, l);
    if (__atomic_load_n(&l->removed_here, __ATOMIC_RELAXED) ||
        (when == ZG_LOOK_LAST && i->facts.gone))
        i->verdict.issues &= ~(1U << ZG_ISSUE_REPLACED);
    if (can_tell)
        zg_report_issues(n, l, i);
    zg_inspection_give(i);
}

/* The listeners of one round. Findings are raised without the table's lock, so they are noted
 * first. */
struct round {
    uint32_t skipped; /* where the next round begins, when there are more than fit */
    uint32_t seen, count;
    struct zg_listener *of[1000];
};

static bool note(struct zg_listener *l, void *arg)
{
    struct round *round = arg;

    if (round->seen++ >= round->skipped)
        round->of[round->count++] = l;
    return round->count < ZG_COUNT(round->of);
}

/* At a glance: is it the file, with the mode, that was seen last? */
static bool is_as_before(const struct zg_listener *l)
{
    char path[ZG_LISTENER_PATH];
    struct stat st;

    zg_listener_path(l, path);
    return zg_sys_fstatat(AT_FDCWD, path, &st, AT_SYMLINK_NOFOLLOW) == 0 && st.st_ino == l->ino &&
           st.st_dev == l->dev && (st.st_mode & 07777) == l->mode;
}

static void look_at_all(struct round *round, enum zg_look when)
{
    struct zg_notice n = {.thread = zg_thread_self_or_null, .op = ZG_OP_COUNT};

    round->seen = round->count = 0;
    zg_listener_each(note, round);
    round->skipped = round->count == ZG_COUNT(round->of) ? round->seen : 0;
    for (uint32_t i = 0; i < round->count; i++) {
        if (round->of[i]->has_file && !is_as_before(round->of[i]))
            zg_file_look_again(&n, round->of[i], when);
    }
}

/* The first round comes at once, but for I/O threads: they wait for those of the application. */
static bool is_time(bool is_internal)
{
    static uint64_t round;   /* atomic: zg_sys_coarse() of the last round, 0 none */
    static uint64_t waiting; /* atomic: when an I/O thread first waited, 0 none did */
    uint64_t last = __atomic_load_n(&round, __ATOMIC_RELAXED);
    uint64_t every = zg_options.ipc_watch * (uint64_t)1000000000;
    uint64_t now = zg_sys_coarse();
    uint64_t from = last;

    if (is_internal) {
        every += every / 2;
        if (last == 0 && !__atomic_compare_exchange_n(&waiting, &from, now, false, __ATOMIC_RELAXED,
                                                      __ATOMIC_RELAXED))
            from = __atomic_load_n(&waiting, __ATOMIC_RELAXED);
        else if (last == 0)
            return false;
    }
    return every != 0 && (from == 0 || now - from >= every) &&
           __atomic_compare_exchange_n(&round, &last, now, false, __ATOMIC_RELAXED,
                                       __ATOMIC_RELAXED);
}

int zg_file_turn(void)
{
    return zg_options.ipc_watch != 0 ? (int)zg_options.ipc_watch * 1500 : -1;
}

void zg_file_look_round(void)
{
    static struct round files; /* of the thread that has put the pid of its process into busy */
    static uint32_t busy;      /* atomic */
    const struct zg_thread *t = zg_thread_self_or_null;
    int saved = errno;
    uint32_t pid;

    if (t == NULL || t->busy != 0 || !is_time(t->internal))
        return;
    pid = (uint32_t)zg_sys_getpid();
    if (__atomic_exchange_n(&busy, pid, __ATOMIC_ACQUIRE) != pid) {
        look_at_all(&files, ZG_LOOK_NOW);
        __atomic_store_n(&busy, 0, __ATOMIC_RELEASE);
    }
    errno = saved;
}

void zg_file_at_exit(void)
{
    size_t size = (sizeof(struct round) + 4095) & ~(size_t)4095;
    struct round *round;

    if (!__atomic_load_n(&zg_listener_any, __ATOMIC_RELAXED))
        return;
    round = zg_sys_map(size);
    if (round == NULL)
        return;
    do
        look_at_all(round, ZG_LOOK_LAST);
    while (round->skipped != 0);
    zg_sys_unmap(round, size);
}
