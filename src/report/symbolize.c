/* SPDX-License-Identifier: MPL-2.0 */
/* Asking the helper: finding it, starting it, feeding and reading it within a time. */
#include "report/symbolize.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/stat.h>

#include "base/str.h"
#include "base/sys.h"
#include "host/objects.h"
#include "report/environ.h"
#include "report/frames.h"
#include "report/sink.h"
#include "report/spawn.h"

#define VARIABLES 10
#define VALUE     512
#define END_NS    1000000000UL

static struct {
    uint64_t filters; /* seccomp filters when the process began */
    bool failed;      /* do not try again */
} state;

/* Kernels before 5.9 do not count: there the mode alone (0, 1, 2) serves. */
static uint64_t count_filters(void)
{
    static char text[2048]; /* guarded by the report lock, once there are threads */
    long n = zg_sys_read_file("/proc/self/status", text, sizeof(text));
    const char *at = n > 0 ? strstr(text, "\nSeccomp_filters:\t") : NULL;
    uint64_t count = 0;

    if (at == NULL && n > 0)
        at = strstr(text, "\nSeccomp:\t");
    if (at == NULL)
        return 0;
    at = strchr(at, '\t') + 1;
    (void)zg_str_number(at, strcspn(at, "\n"), 10, &count);
    return count;
}

void zg_symbolize_init(void)
{
    state.filters = count_filters();
}

bool zg_symbolize_helper(char *path, size_t cap)
{
    static const char *const places[] = {"zmqguard", "../bin/zmqguard", "../../bin/zmqguard"};
    struct zg_object self;
    struct stat st;

    if (!zg_object_self(&self) || self.path[0] != '/')
        return false;
    for (size_t i = 0; i < ZG_COUNT(places); i++) {
        int dir = (int)(zg_str_last_component(self.path) - self.path);

        (void)zg_format(path, cap, "%.*s%s", dir, self.path, places[i]);
        if (zg_sys_fstatat(AT_FDCWD, path, &st, 0) == 0 && S_ISREG(st.st_mode) &&
            (st.st_mode & S_IXUSR) != 0)
            return true;
    }
    return false;
}

/* What a helper with a clean environment still may know. */
static void make_environment(char *envp[VARIABLES + 1])
{
    static const char *const names[] = {"PATH",
                                        "HOME",
                                        "TMPDIR",
                                        "XDG_CACHE_HOME",
                                        "DEBUGINFOD_URLS",
                                        "DEBUGINFOD_CACHE_PATH",
                                        "DEBUGINFOD_TIMEOUT",
                                        "DEBUGINFOD_MAXTIME"};
    static char text[VARIABLES][VALUE + 32]; /* guarded by the report lock */
    char value[VALUE];
    size_t n = 0;

    for (size_t i = 0; i < ZG_COUNT(names); i++) {
        if (!zg_environ_get(names[i], value, sizeof(value)))
            continue;
        (void)zg_format(text[n], sizeof(text[n]), "%s=%s", names[i], value);
        envp[n] = text[n];
        n++;
    }
    envp[n] = NULL;
}

struct talk {
    int to, from; /* our ends; -1 closed */
    const struct zg_buf *request;
    size_t sent;
    struct zg_buf *reply;
    uint64_t until;
};

static void shut(int *fd)
{
    if (*fd >= 0)
        zg_sys_close(*fd);
    *fd = -1;
}

/* Sends some; the pipe's reader may be gone, then there is nothing more to send. */
static void feed(struct talk *t)
{
    long n = zg_sys_write(t->to, t->request->text + t->sent, t->request->len - t->sent);

    if (n > 0)
        t->sent += (size_t)n;
    if (t->sent == t->request->len || (n < 0 && n != -EAGAIN))
        shut(&t->to);
}

static void listen(struct talk *t)
{
    struct zg_buf *b = t->reply;
    long n = zg_sys_read(t->from, b->text + b->len, b->cap - 1 - b->len);

    if (n == -EAGAIN)
        return;
    if (n > 0) {
        b->len += (size_t)n;
        b->text[b->len] = '\0';
    }
    if (n <= 0 || b->len == b->cap - 1)
        shut(&t->from);
}

static bool converse(struct talk *t)
{
    while (t->from >= 0) {
        struct pollfd p[2] = {{.fd = t->from, .events = POLLIN}, {.fd = t->to, .events = POLLOUT}};
        uint64_t now = zg_sys_now();
        uint64_t for_ns = now < t->until ? t->until - now : 0;
        struct timespec left = {.tv_sec = (time_t)(for_ns / 1000000000),
                                .tv_nsec = (long)(for_ns % 1000000000)};
        /* Also when the time is up: this thread may have been without the processor for that long,
         * and what the helper has said is there. */
        long n = zg_sys5(SYS_ppoll, p, 2, &left, NULL, 8);

        if ((n < 0 && n != -EINTR) || (n <= 0 && for_ns == 0))
            return false;
        if (n <= 0)
            continue;
        if (p[1].revents != 0)
            feed(t);
        if (p[0].revents != 0)
            listen(t);
    }
    return true;
}

/* Both ends above the host's descriptors, ours not blocking. */
static bool make_pipe(int ends[2], int ours)
{
    if (zg_sys2(SYS_pipe2, ends, O_CLOEXEC) < 0)
        return false;
    ends[0] = zg_sys_move_fd(ends[0]);
    ends[1] = zg_sys_move_fd(ends[1]);
    (void)zg_sys3(SYS_fcntl, ends[ours], F_SETFL, O_NONBLOCK);
    return true;
}

static int start(struct talk *t)
{
    static char path[1024]; /* guarded by the report lock */
    static char *const argv[] = {"zmqguard", "symbolize", "--pipe", NULL};
    static char *envp[VARIABLES + 1];
    static struct zg_spawn what; /* the helper's parent reads it while we go on */
    int in[2];
    int out[2];
    int pid;

    if (!zg_symbolize_helper(path, sizeof(path)) || !make_pipe(in, 1))
        return -ZG_ENOENT;
    if (!make_pipe(out, 0)) {
        zg_sys_close(in[0]);
        zg_sys_close(in[1]);
        return -ZG_ENOENT;
    }
    make_environment(envp);
    what = (struct zg_spawn){.path = path, .argv = argv, .envp = envp, .in = in[0], .out = out[1]};
    pid = zg_spawn(&what);
    zg_sys_close(in[0]);
    zg_sys_close(out[1]);
    t->to = in[1];
    t->from = out[0];
    return pid;
}

/* What was answered incompletely is cut off: answers end with an empty line. */
static void cut_to_answers(struct zg_buf *reply)
{
    while (reply->len > 0 && !(reply->text[reply->len - 1] == '\n' &&
                               (reply->len == 1 || reply->text[reply->len - 2] == '\n')))
        reply->len--;
    reply->text[reply->len] = '\0';
}

int zg_symbolize_run(const struct zg_buf *request, struct zg_buf *reply)
{
    struct talk t = {.to = -1, .from = -1, .request = request, .reply = reply};
    uint64_t before = zg_sink_pending();
    bool done;
    int pid;

    if (state.failed || count_filters() != state.filters)
        return -ZG_ENOSYS;
    t.until = zg_sys_now() + (uint64_t)ZG_SYMBOLIZE_MS * 1000000;
    pid = start(&t);
    done = pid > 0 && converse(&t);
    zg_sink_take_back(before); /* the helper may be gone before it has read all */
    shut(&t.to);
    shut(&t.from);
    /* Who has said all is on its way out, and may want the processor for that. */
    if (done && t.until < zg_sys_now() + END_NS)
        t.until = zg_sys_now() + END_NS;
    if (pid > 0)
        done = zg_spawn_end(pid, done ? t.until : 0) && done;
    cut_to_answers(reply);
    state.failed = !done;
    return done ? 0 : -ZG_ENOSYS;
}
