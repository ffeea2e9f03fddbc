/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A finding: what a hook knows when it sees a breach, as plain data, and what becomes of it:
 * whether it is written, and what happens to the program after it. Writers (text, JSON) only format
 * it.
 *
 * An error under on_error=abort or exit always is written, whatever max_reports says. While one
 * thread ends the process the others' findings wait, so that its SUMMARY stays the last word.
 */
#ifndef ZG_REPORT_FINDING_H
#define ZG_REPORT_FINDING_H

#include "host/stack.h"

enum zg_kind {
#define ZG_KIND(symbol, name, severity, family, rule, fix) ZG_KIND_##symbol,
#include "report/kinds.def"
#undef ZG_KIND
    ZG_KIND_COUNT
};

struct zg_buf;

enum zg_severity { ZG_SEVERITY_OFF, ZG_SEVERITY_WARNING, ZG_SEVERITY_ERROR };
enum zg_family { ZG_FAMILY_THREAD, ZG_FAMILY_LIFE, ZG_FAMILY_ENDPOINT };

struct zg_kind_info {
    const char *name;
    enum zg_severity severity; /* the default */
    enum zg_family family;
    const char *rule;
    const char *fix;
};
extern const struct zg_kind_info zg_kinds[ZG_KIND_COUNT];

/* What an event is to the finding. */
enum zg_role {
    ZG_ROLE_ACCESS,         /* the call that breaks the rule (the first event of every finding) */
    ZG_ROLE_INSIDE,         /* what the other thread is inside of at this moment */
    ZG_ROLE_LAST_USE,       /* the owner's last use */
    ZG_ROLE_CREATED,        /* where the object was made */
    ZG_ROLE_CLOSED,         /* where it was closed */
    ZG_ROLE_REBORN,         /* where the object that has the address now was made */
    ZG_ROLE_THREAD_CREATED, /* where the event's thread was created */
    ZG_ROLE_BIND,           /* the bind or connect that made the endpoint */
    ZG_ROLE_FORK,
    ZG_ROLE_TERM,
    ZG_ROLE_USER,  /* an earlier use (libzmq-assert) */
    ZG_ROLE_GIVEN, /* an earlier hand-over of the object: the last use before it, */
    ZG_ROLE_TAKEN, /* and the first after it */
    ZG_ROLE_HOLDS, /* a socket that holds a context (term-stall, leaked-socket) */
    ZG_ROLES,
};

#define ZG_FINDING_EVENTS     12
#define ZG_FINDING_THREADS    6
#define ZG_FINDING_OBJECTS    8
#define ZG_FINDING_LINES      8
#define ZG_FINDING_COMPONENTS 24
#define ZG_FINDING_TEXT       512

struct zg_finding_thread {
    uint32_t id; /* the guard's number: T2 */
    int tid;     /* the kernel's */
    bool is_main;
    bool internal; /* libzmq's own */
    bool finished;
    uint32_t creator; /* actor id, 0 unknown */
    char name[48];    /* raw: writers escape. The interpreter's name for it, or the system's */
    zg_stack_id created_at;
};

struct zg_finding_object {
    uint32_t number;                 /* S3, C1 */
    char what[16];                   /* "socket", "context", "timers", "poller" */
    char type[12];                   /* "PUSH", or empty */
    char endpoints[ZG_FINDING_TEXT]; /* "bound inproc://q, connected tcp://…", raw */
    uint32_t creator;                /* actor id */
};

struct zg_finding_event {
    enum zg_role role;
    uint32_t op;     /* index into zmq.def; ZG_OP_COUNT = none */
    uint32_t thread; /* actor id; found in threads[] when known; 0 unknown */
    uint32_t object; /* number of the object it is about, 0 = the finding's first */
    zg_stack_id stack;
    uint64_t call;     /* the how-manieth use of the object, 0 unknown */
    uint64_t age_ns;   /* before the report; for INSIDE: since it began; UINT64_MAX unknown */
    bool age_at_least; /* age_ns is that of a slightly earlier use: "at most" in the text */
    char note[128];    /* more, such as "linger -1, 3 messages"; may be empty; raw */
};

/* A step of the way to an endpoint's file. */
struct zg_finding_component {
    char path[256]; /* raw */
    char type;      /* 'd' directory, 's' socket, 'l' link, '-' file, '?' unknown */
    uint32_t mode;  /* permission bits with sticky */
    uint32_t uid, gid;
    bool offending;
    char why[96];
};

struct zg_finding_endpoint {
    char uri[256];     /* raw; empty = the finding has none */
    char written[256]; /* the same as the program wrote it: wildcards are the next run's too */
    bool has_umask;
    uint32_t umask;
    uint32_t component_count;
    struct zg_finding_component components[ZG_FINDING_COMPONENTS];
    bool has_peer;
    uint32_t peer_uid, peer_gid;
    int peer_pid;
    char peer_exe[128]; /* raw, "" unknown */
};

struct zg_finding {
    enum zg_kind kind;
    bool ends;     /* the process ends by itself, right after the report */
    bool repaired; /* harden= kept the harm away: a warning, whatever the kind is otherwise */
    bool doubtful; /* who it is about has no name here: a warning too */
    char sentence[ZG_FINDING_TEXT]; /* after "KIND: ", before " (pid=N)"; escaped */
    uint32_t line_count;
    char lines[ZG_FINDING_LINES][ZG_FINDING_TEXT]; /* right under the first line; escaped */
    uint32_t event_count;
    struct zg_finding_event events[ZG_FINDING_EVENTS];
    uint32_t thread_count;
    struct zg_finding_thread threads[ZG_FINDING_THREADS];
    uint32_t object_count;
    struct zg_finding_object objects[ZG_FINDING_OBJECTS];
    struct zg_finding_endpoint endpoint;
    const char *rule;          /* NULL = the kind's */
    char fix[ZG_FINDING_TEXT]; /* empty = the kind's */
    uint32_t call_op;          /* op of the call at fault, for the summary line */
};

/*
 * Begins a finding: NULL when the kind is off, when this (kind, stack, other stack) was reported
 * already or when max_reports is reached (it is counted then). `other` is a second stack, or any
 * number that tells findings of one place apart (a hash of the endpoint). Otherwise a finding,
 * cleared, under the lock FINDING; zg_finding_end() must follow, in the same thread.
 * Returns NULL too when this thread is inside of a report already.
 */
struct zg_finding *zg_finding_begin(enum zg_kind kind, zg_stack_id at, zg_stack_id other);

/* Fill in. text formats as base/str.h; %S for what came from outside. */
void zg_finding_sentence(struct zg_finding *f, const char *format, ...);
void zg_finding_line(struct zg_finding *f, const char *format, ...);
void zg_finding_fix(struct zg_finding *f, const char *format, ...);
/* The next event, or the last one again when there are too many. Ops and ages are "none". */
struct zg_finding_event *zg_finding_event(struct zg_finding *f, enum zg_role role);
/* Adds what is known of a thread (once); unknown ids are left out. */
void zg_finding_thread(struct zg_finding *f, uint32_t id, uint32_t slot);
struct zg_finding_object *zg_finding_object(struct zg_finding *f, const char *what,
                                            uint32_t number);

/*
 * Suppressed findings are counted; others are written in one write. For an error this then does
 * what on_error says: it may not return. Where the program goes on, other threads can begin
 * findings while this one is written; theirs are written after it.
 */
void zg_finding_end(struct zg_finding *f);
/* The same. When the program goes on after the report, complete(arg) is called once the facts are
 * complete, before what may take long: the call at fault need not be open meanwhile. */
void zg_finding_end_outside(struct zg_finding *f, void (*complete)(void *arg), void *arg);

/* As zg_finding_end(), for a call that has to stay open for now. With on_error=log the finding
 * is kept until the thread says zg_findings_write_kept(), when the call is left, or the process
 * ends: two calls at once are none then only because a report took long. */
void zg_finding_keep(struct zg_finding *f);
/* Writes what this thread keeps. */
void zg_findings_write_kept(void);

/* Once, before main, after the options are known. Suppressions that cannot be read end the process
 * with status 2. */
void zg_findings_init(void);
/* The process uses libzmq. */
void zg_findings_prepare(void);
void zg_findings_after_fork(void);
/* What on_error=exit does before the end: the exit summary. NULL: nothing. */
void zg_findings_at_exit(void (*function)(void));
/* Writes a line of the guard's own, without newline, where reports go; with format=json as
 * {"zmqguard": 1, "record": "notice", "text": …}. */
void zg_findings_notice(const struct zg_buf *line);
/* Writes a record (the exit summary) as it is. */
void zg_findings_record(const struct zg_buf *record);
/* What is still to be said of the reports themselves, when the process ends. */
void zg_findings_finish(void);
/* Findings that were not written for want of room or by max_reports. */
uint64_t zg_findings_unwritten(void);
#define ZG_REPORT_END_NS ((uint64_t)10000000000) /* what one takes at most, on a busy machine */
/* Waits so long until no other thread is inside of a report. False: one is still. */
bool zg_findings_wait(uint64_t limit_ns);
/* The same, and when another thread's report is to end the process, waits for that, too. */
void zg_findings_settle(uint64_t limit_ns);

/* Called after each report was written, and before the program is stopped: a place for a
 * debugger's breakpoint (libzmqguard(7), DEBUGGING). */
ZG_EXPORT void zmqguard_on_report(void);

#endif
