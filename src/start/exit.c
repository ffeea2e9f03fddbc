/* SPDX-License-Identifier: MPL-2.0 */
/* The end of the process: the exit summary, and require=1. */
#include "start/exit.h"

#include <fcntl.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/file.h"
#include "host/blind.h"
#include "host/fork.h"
#include "host/guard.h"
#include "host/handles.h"
#include "host/lib.h"
#include "host/libc.h"
#include "host/objects.h"
#include "host/opaque.h"
#include "host/options.h"
#include "host/signals.h"
#include "host/thread.h"
#include "model/inproc.h"
#include "report/counters.h"
#include "report/finding.h"
#include "report/frames.h"
#include "report/stop.h"
#include "report/summary.h"
#include "report/unguarded.h"
#include "start/go.h"
#include "track/crash.h"
#include "track/learnt.h"
#include "track/provoke.h"
#include "track/term.h"

#define REQUIRE_STATUS 99
#define MAPS_CHUNK     4096
#define REPORT_WAIT_NS ((uint64_t)2000000000)

static bool add_blind(enum zg_blind kind, const char *path, const char *why, void *arg)
{
    struct zg_summary *s = arg;

    if (s->blind_count == ZG_SUMMARY_BLIND)
        return false;
    (void)zg_format(s->blind[s->blind_count++], sizeof(s->blind[0]), "%.200s: %s%s%s", path,
                    zg_blind_text(kind), why[0] != '\0' ? ": " : "", why);
    return true;
}

/* What policy=auto means here, and what decided it. */
static void collect_decision(struct zg_summary *s)
{
    const char *found = zg_opaque_found();

    s->policy = found != NULL ? "suspect" : "fence";
    if (found != NULL)
        (void)zg_format(s->why, sizeof(s->why), "policy=auto: %s may order threads unseen", found);
    else
        (void)zg_str_copy(s->why, sizeof(s->why),
                          "policy=auto: nothing here orders threads unseen");
}

static void collect(struct zg_summary *s)
{
    s->calls = zg_handles_calls();
    zg_handles_counts(&s->sockets_made, &s->sockets_open);
    s->internal_threads = zg_threads_seen(true);
    s->threads = zg_threads_seen(false);
    s->policy = zg_policy_name(zg_policy_now());
    (void)zg_str_copy(s->why, sizeof(s->why), "as policy= says");
    if (zg_policy_now() == ZG_POLICY_AUTO)
        collect_decision(s);
    zg_provoke_collect(s);
    zg_blind_each(add_blind, s);
    if (zg_inproc_is_incomplete() && s->blind_count < ZG_SUMMARY_BLIND)
        (void)zg_str_copy(s->blind[s->blind_count++], sizeof(s->blind[0]),
                          "inproc: no memory for all sockets' messages, so that overlaps alone "
                          "were reported from then on");
    if (__atomic_load_n(&zg_sync_incomplete, __ATOMIC_RELAXED) && s->blind_count < ZG_SUMMARY_BLIND)
        (void)zg_str_copy(s->blind[s->blind_count++], sizeof(s->blind[0]),
                          "signals: a handler that libc did not install interrupted the guard, so "
                          "that overlaps alone were reported from then on");
    if (zg_counted(ZG_COUNT_PROMISED) > 0 && s->blind_count < ZG_SUMMARY_BLIND)
        (void)zg_format(s->blind[s->blind_count++], sizeof(s->blind[0]),
                        "std::future: %lu of the hand-overs in order only if it was waited for",
                        zg_counted(ZG_COUNT_PROMISED));
}

/* Does the parent run under this very guard? Then this is a helper that it started (a shell, a
 * tool), and what require= asks for is the parent's business. */
static bool has_guarded_parent(void)
{
    ZG_BUF(path, 64);
    static char chunk[2 * MAPS_CHUNK + 1]; /* the end of a process comes once */
    struct zg_object self;
    size_t kept = 0;
    bool found = false;
    int fd;

    if (!zg_object_self(&self))
        return false;
    zg_buf_format(&path, "/proc/%d/maps", (int)zg_sys0(SYS_getppid));
    fd = zg_sys_open(path.text, O_RDONLY, 0);
    while (fd >= 0 && !found) {
        long n = zg_sys_read(fd, chunk + kept, MAPS_CHUNK);

        if (n <= 0)
            break;
        kept += (size_t)n;
        chunk[kept] = '\0';
        found = strstr(chunk, self.path) != NULL;
        if (kept > MAPS_CHUNK) {
            memmove(chunk, chunk + kept - MAPS_CHUNK, MAPS_CHUNK);
            kept = MAPS_CHUNK;
        }
    }
    if (fd >= 0)
        zg_sys_close(fd);
    return found;
}

/* A helper of a guarded program (a shell's hundredth command) has nothing to tell. */
static bool is_idle_helper(const struct zg_summary *s)
{
    return zg_counted(ZG_COUNT_INTERCEPTED) == 0 && s->sockets_made == 0 && s->blind_count == 0 &&
           zg_options.verbosity == 0 && zg_fork_generation() == 0 && has_guarded_parent();
}

static void print_summary(void)
{
    static struct zg_summary s;
    char *text = zg_sys_map(ZG_SUMMARY_BYTES);
    struct zg_buf b;

    if (text == NULL)
        return;
    b = zg_buf_on(text, ZG_SUMMARY_BYTES);
    collect(&s);
    if (!is_idle_helper(&s)) {
        zg_summary_write(&s, &b);
        zg_findings_record(&b);
    }
    zg_sys_unmap(text, ZG_SUMMARY_BYTES);
}

static bool find_unguarded(enum zg_blind kind, const char *path, const char *why, void *arg)
{
    (void)path, (void)why;
    *(bool *)arg |= zg_blind_is_unguarded(kind);
    return true;
}

static void require_interception(void)
{
    ZG_BUF(line, 160);
    bool unguarded = false;

    zg_blind_each(find_unguarded, &unguarded);
    if ((zg_counted(ZG_COUNT_INTERCEPTED) != 0 && !unguarded) || zg_fork_generation() != 0 ||
        has_guarded_parent())
        return;
    zg_buf_format(&line, "libzmqguard: require=1: %s; exit status %d (pid=%d)",
                  unguarded ? "a libzmq is not guarded" : "no libzmq call was intercepted",
                  REQUIRE_STATUS, zg_sys_getpid());
    zg_findings_notice(&line);
    /* exit(3) would flush the host's streams after our destructor; it does not come to that. */
    if (zg_libc_own.fflush != NULL)
        (void)zg_libc_own.fflush(NULL);
    zg_stop_exit(REQUIRE_STATUS);
}

static bool is_summary_asked(void)
{
    return zg_options.summary != 0 || zg_options.verbosity > 0;
}

static void print_summary_if_asked(void)
{
    if (is_summary_asked())
        print_summary();
}

static bool is_first_end(void)
{
    return __atomic_exchange_n(&zg_state, ZG_STATE_ENDING, __ATOMIC_ACQ_REL) == ZG_STATE_READY;
}

void zg_exit_last(void)
{
    zg_fork_look();
    /* The process is to end by those, not by this exit's status. */
    zg_crash_wait();
    zg_findings_settle(ZG_REPORT_END_NS);
    if (!is_first_end())
        return;
    zg_term_at_exit();
    zg_file_at_exit();
    zg_learnt_save(false);
    zg_unguarded_say(); /* what was found only in use */
    print_summary_if_asked();
    zg_findings_finish();
    if (zg_options.require != 0)
        require_interception();
}

/* A signal that the host does not handle ends the process. Sockets are open then, as they must be.
 * Not out of a report of this thread's, which the end interrupts; nor when another's does not come
 * to its end, for it may wait for what this thread holds. */
static void last_by_signal(void)
{
    const struct zg_thread *t;

    zg_fork_look();
    t = zg_thread_self_or_null;
    if ((t != NULL && t->busy != 0) || !zg_findings_wait(REPORT_WAIT_NS) || !is_first_end())
        return;
    zg_file_at_exit();
    zg_learnt_save(false);
    print_summary_if_asked();
}

void zg_exit_prepare(void)
{
    if (is_summary_asked() || zg_options.require != 0 || zg_options.provoke_file[0] != '\0' ||
        zg_options.severity[ZG_KIND_LEAKED_SOCKET] != ZG_SEVERITY_OFF)
        zg_go_watch();
}

void zg_exit_watch(void)
{
    if (is_summary_asked() || zg_options.provoke_file[0] != '\0')
        zg_signals_watch_end();
}

/* on_error=exit ends the process without destructors: the summary is printed all the same. */
__attribute__((constructor)) static void register_ends(void)
{
    zg_findings_at_exit(print_summary_if_asked);
    zg_signals_at_end(last_by_signal);
}
