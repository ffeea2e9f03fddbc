/* SPDX-License-Identifier: MPL-2.0 */
/* Findings about endpoints: the parts that all have in common, and those about peers. */
#include "endpoint/report.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>

#include "base/str.h"
#include "base/sys.h"
#include "endpoint/bind.h"
#include "report/finding.h"
#include "track/describe.h"

/* An I/O thread's own stack tells nothing: the finding is then about the zmq_bind() alone. */
static void fill_access(struct zg_finding *f, const struct zg_notice *n)
{
    struct zg_finding_event *e = zg_finding_event(f, ZG_ROLE_ACCESS);

    e->op = n->op;
    e->stack = n->stack;
    e->age_ns = 0;
    f->call_op = n->op;
    if (n->thread != NULL) {
        e->thread = n->thread->actor.id;
        zg_finding_thread(f, e->thread, zg_epoch_slot(n->thread->actor.epoch));
    }
    if (n->doing != NULL)
        (void)zg_str_copy(e->note, sizeof(e->note), n->doing);
}

struct zg_finding *zg_report_begin(enum zg_kind kind, zg_stack_id stack, const char *written,
                                   uint32_t peer)
{
    uint64_t h = zg_hash_bytes(zg_hash_text(ZG_HASH_START, written), &peer, sizeof(peer));

    return zg_finding_begin(kind, stack, (uint32_t)(h ^ h >> 32));
}

static const char *error_text(int error)
{
    switch (error) {
    case -ENOENT:
        return "nothing there";
    case -ENOSYS:
        return "no /proc here";
    case -EACCES:
    case -EPERM:
        return "not permitted";
    case -ELOOP:
        return "too many links";
    case -EMFILE:
    case -ENFILE:
        return "no descriptor left";
    case -ENOMEM:
        return "no memory";
    case -ZG_ETOOBIG:
    case -ENAMETOOLONG:
        return "too long";
    default:
        return "the kernel does not say";
    }
}

void zg_report_unseen(enum zg_unseen cause, int error, const char *format, ...)
{
    static uint32_t said; /* atomic: bits of causes */
    ZG_BUF(line, 600);
    va_list args;

    if ((__atomic_fetch_or(&said, 1U << cause, __ATOMIC_RELAXED) >> cause & 1) != 0)
        return;
    zg_buf_str(&line, "libzmqguard: not known: ");
    va_start(args, format);
    zg_buf_vformat(&line, format, args);
    va_end(args);
    if (error != 0)
        zg_buf_format(&line, " (%s)", error_text(error));
    zg_buf_format(&line, "; said once (pid=%d)", zg_sys_getpid());
    zg_findings_notice(&line);
}

void zg_report_fill(struct zg_finding *f, const struct zg_notice *n,
                    const struct zg_endpoint_name *name)
{
    if (n->op != ZG_OP_COUNT || n->stack != 0)
        fill_access(f, n);
    if (n->socket != NULL)
        zg_describe_socket(f, n->socket);
    (void)zg_str_copy(f->endpoint.uri, sizeof(f->endpoint.uri), name->uri);
    (void)zg_str_copy(f->endpoint.written, sizeof(f->endpoint.written), name->written);
}

/* The zmq_bind(), for what was noticed later or elsewhere. */
static void fill_listener(struct zg_finding *f, const struct zg_notice *n,
                          const struct zg_listener *l)
{
    struct zg_finding_event *e;
    struct zg_finding_object *o;

    f->endpoint.has_umask = l->has_umask;
    f->endpoint.umask = l->umask;
    if (n->op == ZG_OP_zmq_bind && n->socket != NULL)
        return;
    if (n->socket == NULL) {
        o = zg_finding_object(f, "socket", l->socket_number);
        (void)zg_str_copy(o->type, sizeof(o->type), zg_socket_type_name(l->socket_type));
        (void)zg_format(o->endpoints, sizeof(o->endpoints), "bound %s", l->uri);
    }
    e = zg_finding_event(f, ZG_ROLE_BIND);
    e->op = ZG_OP_zmq_bind;
    e->thread = l->thread;
    e->object = l->socket_number;
    e->stack = l->stack;
    zg_finding_thread(f, l->thread, l->thread_slot);
}

void zg_report_fill_listener(struct zg_finding *f, const struct zg_notice *n,
                             const struct zg_listener *l)
{
    zg_report_fill(f, n, &(struct zg_endpoint_name){l->uri, l->written});
    fill_listener(f, n, l);
}

void zg_report_fill_peer(struct zg_finding *f, const struct zg_peer *peer)
{
    char path[40];
    long n;

    f->endpoint.has_peer = peer->uid != UINT32_MAX;
    f->endpoint.peer_uid = peer->uid;
    f->endpoint.peer_gid = peer->gid;
    f->endpoint.peer_pid = peer->pid;
    if (peer->pid <= 0)
        return;
    (void)zg_format(path, sizeof(path), "/proc/%d/exe", peer->pid);
    n = zg_sys4(SYS_readlinkat, AT_FDCWD, path, f->endpoint.peer_exe,
                sizeof(f->endpoint.peer_exe) - 1);
    f->endpoint.peer_exe[n > 0 ? n : 0] = '\0';
}

void zg_report_end(struct zg_finding *f, const struct zg_notice *n)
{
    if (n->socket != NULL)
        zg_finding_keep(f);
    else
        zg_finding_end(f);
}

static void put_who(struct zg_buf *b, const struct zg_peer *peer)
{
    if (peer->uid == UINT32_MAX)
        zg_buf_str(b, "somebody whose uid the kernel does not say");
    else if (peer->nameless)
        zg_buf_format(b, "somebody of another user namespace (uid %u stands for all of them)",
                      peer->uid);
    else
        zg_buf_format(b, "uid %u", peer->uid);
}

void zg_report_server(struct zg_finding *f, const char *uri, const struct zg_peer *peer)
{
    ZG_BUF(who, 128);

    put_who(&who, peer);
    zg_finding_sentence(f, "who listens at %S is %s%s", uri, who.text,
                        zg_hardened() ? ": refused" : "");
    zg_finding_line(f, zg_hardened() ? "it got nothing of what is sent there"
                                     : "it gets what is sent there, and answers");
    if (peer->uid != UINT32_MAX)
        zg_finding_fix(f,
                       "if it is the right one: trusted_uids=%u; if not: a directory that only "
                       "the server's uid may write to",
                       peer->uid);
}

void zg_report_peer(const struct zg_notice *n, const struct zg_listener *l,
                    const struct zg_peer *peer, bool refused)
{
    struct zg_finding *f =
        zg_report_begin(ZG_KIND_IPC_UNTRUSTED_PEER, l->stack, l->written, peer->uid);
    ZG_BUF(who, 128);

    if (f == NULL)
        return;
    put_who(&who, peer);
    zg_finding_sentence(f, "%s connected to %S, bound by a %s socket%s", who.text, l->uri,
                        zg_socket_type_name(l->socket_type), refused ? ": refused" : "");
    if (peer->uid != UINT32_MAX)
        zg_finding_fix(f,
                       "if it is to connect: trusted_uids=%u, or trusted_gids= with one of its "
                       "groups; if not: mode 0600 for the file (umask(0177) around zmq_bind())",
                       peer->uid);
    zg_report_fill_listener(f, n, l);
    zg_report_fill_peer(f, peer);
    zg_report_end(f, n);
}

void zg_report_flood(const struct zg_notice *n, const struct zg_listener *l, uint64_t open,
                     uint64_t limit)
{
    struct zg_finding *f = zg_report_begin(ZG_KIND_IPC_PEER_FLOOD, l->stack, l->written, 0);

    if (f == NULL)
        return;
    zg_finding_sentence(f, "%lu of %lu descriptors are in use while %S accepts peers", open, limit,
                        l->uri);
    zg_finding_line(f, zg_hardened() ? "at the limit further peers are refused (harden=)"
                                     : "at the limit libzmq aborts this process");
    zg_report_fill_listener(f, n, l);
    zg_report_end(f, n);
}

void zg_report_no_zap(const struct zg_notice *n, const struct zg_listener *l)
{
    struct zg_finding *f = zg_report_begin(ZG_KIND_CURVE_NO_ZAP, l->stack, l->written, 0);

    if (f == NULL)
        return;
    zg_finding_sentence(f, "a peer came to %S, a CURVE or PLAIN server without a ZAP handler",
                        l->uri);
    zg_report_fill_listener(f, n, l);
    zg_report_end(f, n);
}

void zg_report_plain(const struct zg_notice *n, enum zg_kind kind,
                     const struct zg_endpoint_name *name, const char *format, ...)
{
    static const struct zg_endpoint_name none = {"", ""};
    struct zg_finding *f = zg_report_begin(kind, n->stack, name != NULL ? name->written : "", 0);
    ZG_BUF(sentence, ZG_FINDING_TEXT);
    va_list args;

    if (f == NULL)
        return;
    va_start(args, format);
    zg_buf_vformat(&sentence, format, args);
    va_end(args);
    zg_finding_sentence(f, "%s", sentence.text);
    zg_report_fill(f, n, name != NULL ? name : &none);
    zg_report_end(f, n);
}

static const char *what_stands_there(const struct stat *st)
{
    switch (st->st_mode & S_IFMT) {
    case S_IFREG:
        return "a regular file";
    case S_IFLNK:
        return "a symbolic link";
    case S_IFIFO:
        return "a FIFO";
    case S_IFSOCK:
        return "a socket";
    default:
        return "a device";
    }
}

/* Does a sticky directory keep this process from removing what stands there? Then zmq_bind() fails
 * by itself, and somebody else has the name. */
static bool is_kept(const char *path, const struct stat *st)
{
    uint32_t euid = (uint32_t)zg_sys0(SYS_geteuid);
    const char *last = strrchr(path, '/');
    char holder[ZG_LISTENER_PATH];
    struct zg_buf b = zg_buf_on(holder, sizeof(holder));
    struct stat dir;

    zg_buf_bytes(&b, path, last == NULL ? 0 : last == path ? 1 : (size_t)(last - path));
    return euid != 0 && st->st_uid != euid && !b.cut &&
           zg_sys_fstatat(AT_FDCWD, b.len > 0 ? holder : ".", &dir, 0) == 0 &&
           (dir.st_mode & ZG_MODE_STICKY) != 0 && dir.st_uid != euid;
}

static void say_kept(struct zg_finding *f, const char *path, enum zg_unlink what,
                     const struct stat *st)
{
    zg_finding_sentence(f, "the name %S is taken: %s of uid %u%s stands there", path,
                        what_stands_there(st), st->st_uid,
                        what == ZG_UNLINK_LIVE ? ", at which a process listens," : "");
    zg_finding_line(f,
                    "the directory is sticky: this process cannot remove it, and zmq_bind() fails "
                    "(EADDRINUSE)");
    zg_finding_line(f, "any local user can take a name there before its server does, and gets what "
                       "clients send");
    zg_finding_fix(f,
                   "a directory of the service's own, mode 0700; for now uid %u or root has to "
                   "remove %S",
                   st->st_uid, path);
}

static void say_removes(struct zg_finding *f, const char *path, enum zg_unlink what,
                        const struct stat *st, bool refused)
{
    zg_finding_sentence(
        f, "zmq_bind() %s %S, %s%s", refused ? "was kept from removing" : "is about to remove",
        path, what == ZG_UNLINK_LIVE ? "at which a process listens" : what_stands_there(st),
        what == ZG_UNLINK_OWNER ? " of another user's" : "");
    if (what == ZG_UNLINK_NOT_SOCKET && S_ISREG(st->st_mode))
        zg_finding_line(f, "the file has %lu bytes", (uint64_t)st->st_size);
    if (what == ZG_UNLINK_LIVE)
        zg_finding_line(f, "its server goes on, and no new peer will find it");
}

void zg_report_unlink(const struct zg_notice *n, const char *uri, const char *path,
                      enum zg_unlink what, const struct stat *st, bool refused)
{
    struct zg_finding *f = zg_report_begin(ZG_KIND_IPC_UNLINK_FOREIGN, n->stack, uri, 0);
    struct zg_finding_component *c;
    bool kept = is_kept(path, st);

    if (f == NULL)
        return;
    if (kept)
        say_kept(f, path, what, st);
    else
        say_removes(f, path, what, st, refused);
    f->repaired = refused;
    zg_report_fill(f, n, &(struct zg_endpoint_name){uri, uri});
    c = &f->endpoint.components[f->endpoint.component_count++];
    (void)zg_str_copy(c->path, sizeof(c->path), path);
    c->type = S_ISSOCK(st->st_mode) ? 's' : S_ISLNK(st->st_mode) ? 'l' : '-';
    c->mode = st->st_mode & 07777;
    c->uid = st->st_uid;
    c->gid = st->st_gid;
    c->offending = true;
    (void)zg_str_copy(c->why, sizeof(c->why), kept ? "has the name" : "would be removed");
    zg_report_end(f, n);
}
