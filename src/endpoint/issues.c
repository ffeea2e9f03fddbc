/* SPDX-License-Identifier: MPL-2.0 */
/* Findings about what an inspection of an ipc endpoint brought to light. */
#include "endpoint/issues.h"

#include "base/str.h"
#include "endpoint/bind.h"
#include "host/options.h"

static const uint8_t kind_of[ZG_ISSUES] = {
    [ZG_ISSUE_ABSTRACT] = ZG_KIND_IPC_ABSTRACT,
    [ZG_ISSUE_RELATIVE] = ZG_KIND_IPC_RELATIVE,
    [ZG_ISSUE_PARENT_STICKY] = ZG_KIND_IPC_PARENT_STICKY,
    [ZG_ISSUE_PARENT_OWNER] = ZG_KIND_IPC_PARENT_UNTRUSTED,
    [ZG_ISSUE_PARENT_GROUP] = ZG_KIND_IPC_PARENT_UNTRUSTED,
    [ZG_ISSUE_PARENT_ACL] = ZG_KIND_IPC_PARENT_UNTRUSTED,
    [ZG_ISSUE_PARENT_WRITABLE] = ZG_KIND_IPC_PARENT_WRITABLE,
    [ZG_ISSUE_LINK_OWNER] = ZG_KIND_IPC_SYMLINK,
    [ZG_ISSUE_LINK_REPLACEABLE] = ZG_KIND_IPC_SYMLINK,
    [ZG_ISSUE_NOT_SOCKET] = ZG_KIND_IPC_OWNER,
    [ZG_ISSUE_NOT_OURS] = ZG_KIND_IPC_OWNER,
    [ZG_ISSUE_OWNER] = ZG_KIND_IPC_OWNER,
    [ZG_ISSUE_GONE] = ZG_KIND_IPC_OWNER,
    [ZG_ISSUE_WORLD_WRITABLE] = ZG_KIND_IPC_WORLD_WRITABLE,
    [ZG_ISSUE_GROUP_WRITABLE] = ZG_KIND_IPC_GROUP_WRITABLE,
    [ZG_ISSUE_ACL] = ZG_KIND_IPC_ACL,
    [ZG_ISSUE_WINDOW] = ZG_KIND_IPC_CHMOD_WINDOW,
    [ZG_ISSUE_REPLACED] = ZG_KIND_IPC_REPLACED,
};

/* Under harden= untrusted peers are refused, so who else may connect harms nobody. (Abstract names
 * can still be taken by others first: that stays a warning.) */
#define REPAIRED                                                                                   \
    (1U << ZG_ISSUE_WORLD_WRITABLE | 1U << ZG_ISSUE_GROUP_WRITABLE | 1U << ZG_ISSUE_ACL |          \
     1U << ZG_ISSUE_WINDOW)

/* The sentence: an issue is about the step's path (%S), its number is uid, gid or mode. */
static const char *const sentence_of[ZG_ISSUES] = {
    [ZG_ISSUE_ABSTRACT] = "%S has an abstract name: any local user can connect",
    [ZG_ISSUE_RELATIVE] = "%S is relative to the current directory",
    [ZG_ISSUE_PARENT_STICKY] = "%S lies in a directory where anyone may take the name",
    [ZG_ISSUE_PARENT_OWNER] = "%S lies below a directory of another user's",
    [ZG_ISSUE_PARENT_GROUP] = "%S lies below a directory that a group may write to",
    [ZG_ISSUE_PARENT_ACL] = "%S lies below a directory that an ACL lets others write to",
    [ZG_ISSUE_PARENT_WRITABLE] = "%S lies below a world-writable directory: anyone can replace it",
    [ZG_ISSUE_LINK_OWNER] = "%S leads through a symbolic link of another user's",
    [ZG_ISSUE_LINK_REPLACEABLE] = "%S leads through a symbolic link that others can replace",
    [ZG_ISSUE_NOT_SOCKET] = "%S does not name a socket after the bind",
    [ZG_ISSUE_NOT_OURS] = "%S does not name the socket that was bound",
    [ZG_ISSUE_OWNER] = "the file of %S belongs to another user",
    [ZG_ISSUE_GONE] = "the file of %S was gone right after the bind",
    [ZG_ISSUE_WORLD_WRITABLE] = "the file of %S is world-writable",
    [ZG_ISSUE_GROUP_WRITABLE] = "the file of %S is group-writable",
    [ZG_ISSUE_ACL] = "an ACL lets others write to the file of %S",
    [ZG_ISSUE_WINDOW] = "the file of %S was open to others from zmq_bind() until its mode changed",
    [ZG_ISSUE_REPLACED] = "%S does not name the bound socket any more",
};

/* Who could do what, and by which fact. */
enum who { WHO_ANY, WHO_OWNER, WHO_GROUP, WHO_ACL };
enum fact { FACT_MODE, FACT_OWNER, FACT_ACL, FACT_LINK };
static const struct {
    const char *can; /* NULL: nothing to say beyond the sentence */
    enum who who;
    enum fact fact;
} sayings[ZG_ISSUES] = {
    [ZG_ISSUE_PARENT_STICKY] = {"can take the name while it is free", WHO_ANY, FACT_MODE},
    [ZG_ISSUE_PARENT_OWNER] = {"can replace the file", WHO_OWNER, FACT_OWNER},
    [ZG_ISSUE_PARENT_GROUP] = {"can replace the file", WHO_GROUP, FACT_MODE},
    [ZG_ISSUE_PARENT_ACL] = {"can replace the file", WHO_ACL, FACT_ACL},
    [ZG_ISSUE_PARENT_WRITABLE] = {"can replace the file", WHO_ANY, FACT_MODE},
    [ZG_ISSUE_LINK_OWNER] = {"can lead the path elsewhere", WHO_OWNER, FACT_OWNER},
    [ZG_ISSUE_LINK_REPLACEABLE] = {"that may write to its directory can lead the path elsewhere",
                                   WHO_ANY, FACT_LINK},
    [ZG_ISSUE_OWNER] = {"can let anyone connect", WHO_OWNER, FACT_OWNER},
    [ZG_ISSUE_WORLD_WRITABLE] = {"can connect", WHO_ANY, FACT_MODE},
    [ZG_ISSUE_GROUP_WRITABLE] = {"can connect", WHO_GROUP, FACT_MODE},
    [ZG_ISSUE_ACL] = {"can connect", WHO_ACL, FACT_ACL},
};

static void put_who(struct zg_buf *b, const struct zg_inspection *i, enum who who, uint32_t at)
{
    const struct zg_path_step *s = &i->path.steps[at];

    if (who == WHO_ANY)
        zg_buf_str(b, "any local user");
    else if (who == WHO_ACL && i->acl[at].unreadable)
        zg_buf_str(b, "one of too many users to look at");
    else if (who == WHO_ACL)
        zg_buf_format(b, "%s %u", i->acl[at].is_group ? "gid" : "uid", i->acl[at].id);
    else
        zg_buf_format(b, "%s %u", who == WHO_GROUP ? "gid" : "uid",
                      who == WHO_GROUP ? s->gid : s->uid);
}

static void put_fact(struct zg_buf *b, const struct zg_inspection *i, enum fact fact, uint32_t at)
{
    const char *path = zg_path_text(&i->path, at);

    if (fact == FACT_MODE)
        zg_buf_format(b, ": %S has mode 0%o", path, i->path.steps[at].mode);
    else
        zg_buf_format(b, ": %s of %S",
                      fact == FACT_OWNER ? "owner"
                      : fact == FACT_ACL ? "ACL"
                                         : "link",
                      path);
    if (fact == FACT_ACL && i->inherits && at + 1 == i->path.count)
        zg_buf_str(b, ", inherited from its directory's default ACL");
}

static void say_who(struct zg_finding *f, const struct zg_inspection *i, enum zg_issue issue)
{
    ZG_BUF(b, ZG_FINDING_TEXT);
    uint32_t at = i->verdict.step[issue];

    if (issue == ZG_ISSUE_ABSTRACT)
        zg_finding_line(f, "any local user in the network namespace can connect, and can take the "
                           "name while it is free");
    if (issue == ZG_ISSUE_WINDOW)
        zg_finding_line(f, "who connected before stays connected");
    if (sayings[issue].can == NULL || at >= i->path.count)
        return;
    put_who(&b, i, sayings[issue].who, at);
    zg_buf_format(&b, " %s", sayings[issue].can);
    put_fact(&b, i, sayings[issue].fact, at);
    zg_finding_line(f, "%s", b.text);
}

static void say_all(struct zg_finding *f, const struct zg_inspection *i)
{
    uint32_t shield = i->verdict.shield;

    for (uint32_t issue = 0; issue < ZG_ISSUES; issue++) {
        if (zg_verdict_has(&i->verdict, issue))
            say_who(f, i, issue);
    }
    if (shield < i->path.count)
        zg_finding_line(f, "for now %S (mode 0%o) keeps out who may not pass it",
                        zg_path_text(&i->path, shield), i->path.steps[shield].mode);
}

static void put_why(char *out, size_t cap, const struct zg_inspection *i, uint32_t step)
{
    static const struct {
        enum zg_issue issue;
        const char *why;
    } whys[] = {
        {ZG_ISSUE_PARENT_OWNER, "another user's"},
        {ZG_ISSUE_PARENT_GROUP, "group may write"},
        {ZG_ISSUE_PARENT_ACL, "ACL lets others write"},
        {ZG_ISSUE_PARENT_WRITABLE, "anyone may write, not sticky"},
        {ZG_ISSUE_PARENT_STICKY, "anyone may make files"},
        {ZG_ISSUE_LINK_OWNER, "another user's link"},
        {ZG_ISSUE_LINK_REPLACEABLE, "others can replace it"},
        {ZG_ISSUE_NOT_SOCKET, "not a socket"},
        {ZG_ISSUE_NOT_OURS, "not the socket that was bound"},
        {ZG_ISSUE_OWNER, "another user's"},
        {ZG_ISSUE_WORLD_WRITABLE, "anyone may connect"},
        {ZG_ISSUE_GROUP_WRITABLE, "group may connect"},
        {ZG_ISSUE_ACL, "ACL lets others connect"},
        {ZG_ISSUE_REPLACED, "not the socket that was bound"},
    };
    uint32_t issues = zg_endpoint_step_issues(&i->facts, step);
    struct zg_buf b = zg_buf_on(out, cap);

    for (size_t n = 0; n < ZG_COUNT(whys); n++) {
        if ((issues >> whys[n].issue & 1) != 0)
            zg_buf_format(&b, "%s%s", b.len > 0 ? ", " : "", whys[n].why);
    }
}

static void fill_components(struct zg_finding *f, const struct zg_inspection *i)
{
    uint32_t count = i->path.count;
    uint32_t surplus = count > ZG_FINDING_COMPONENTS ? count - ZG_FINDING_COMPONENTS : 0;
    uint32_t shown = 0;

    /* The last one is the file. Where there is no room for all, those that are in order go. */
    for (uint32_t n = 0; n < count && shown < ZG_FINDING_COMPONENTS; n++) {
        const struct zg_path_step *s = &i->path.steps[n];
        struct zg_finding_component *c = &f->endpoint.components[shown];

        if (surplus > 0 && n > 0 && n + 1 < count && zg_endpoint_step_issues(&i->facts, n) == 0) {
            surplus--;
            continue;
        }
        (void)zg_str_copy(c->path, sizeof(c->path), zg_path_text(&i->path, n));
        c->type = s->type;
        c->mode = s->mode;
        c->uid = s->uid;
        c->gid = s->gid;
        put_why(c->why, sizeof(c->why), i, n);
        c->offending = c->why[0] != '\0';
        f->endpoint.component_count = ++shown;
    }
}

static void put_fix(struct zg_finding *f, const struct zg_listener *l,
                    const struct zg_inspection *i, enum zg_issue issue)
{
    uint32_t at = i->verdict.step[issue];

    if (l->by_use_fd && (issue == ZG_ISSUE_WORLD_WRITABLE || issue == ZG_ISSUE_GROUP_WRITABLE))
        zg_finding_fix(f, "SocketMode=0600 in the systemd .socket unit, or umask(0177) around "
                          "bind(2) in who made the descriptor");
    if (at >= i->path.count)
        return;
    if (issue == ZG_ISSUE_PARENT_WRITABLE)
        zg_finding_fix(f,
                       "chmod 0700 %S, or a directory of the service's own (systemd: "
                       "RuntimeDirectory=, RuntimeDirectoryMode=0700); if others are to write "
                       "there: trusted_dirs=%S",
                       zg_path_text(&i->path, at), zg_path_text(&i->path, at));
    if (issue == ZG_ISSUE_PARENT_OWNER)
        zg_finding_fix(f, "a directory of the service's own, mode 0700, or trusted_uids=%u",
                       i->path.steps[at].uid);
    if (issue == ZG_ISSUE_PARENT_GROUP)
        zg_finding_fix(f, "chmod g-w %S, or trusted_gids=%u", zg_path_text(&i->path, at),
                       i->path.steps[at].gid);
    if (issue == ZG_ISSUE_GROUP_WRITABLE && !l->by_use_fd)
        zg_finding_fix(f, "umask(0177) around zmq_bind(), or trusted_gids=%u",
                       i->path.steps[at].gid);
}

static void raise_issue(const struct zg_notice *n, const struct zg_listener *l,
                        const struct zg_inspection *i, enum zg_issue issue)
{
    struct zg_finding *f = zg_report_begin((enum zg_kind)kind_of[issue], n->stack, l->written, 0);

    if (f == NULL)
        return;
    f->repaired = issue == ZG_ISSUE_ABSTRACT && zg_hardened();
    zg_finding_sentence(f, sentence_of[issue], l->uri);
    say_all(f, i);
    zg_report_fill_listener(f, n, l);
    fill_components(f, i);
    put_fix(f, l, i, issue);
    zg_report_end(f, n);
}

/* The first issue that is to be raised with this severity, or ZG_ISSUES; those of the same kind
 * are taken out with it. */
static enum zg_issue next_issue(uint32_t *issues, enum zg_severity severity)
{
    for (uint32_t n = 0; n < ZG_ISSUES; n++) {
        uint8_t kind = kind_of[n];

        if ((*issues >> n & 1) == 0 || zg_options.severity[kind] != severity)
            continue;
        for (uint32_t same = 0; same < ZG_ISSUES; same++)
            *issues &= ~((uint32_t)(kind_of[same] == kind) << same);
        return (enum zg_issue)n;
    }
    return ZG_ISSUES;
}

void zg_report_issues(const struct zg_notice *n, struct zg_listener *l, struct zg_inspection *i)
{
    uint32_t before = __atomic_fetch_or(&l->said, i->verdict.issues, __ATOMIC_RELAXED);
    uint32_t issues = i->verdict.issues & ~before;
    enum zg_issue issue;

    if (zg_hardened())
        issues &= ~(uint32_t)REPAIRED;
    while ((issue = next_issue(&issues, ZG_SEVERITY_WARNING)) != ZG_ISSUES)
        raise_issue(n, l, i, issue);
    while ((issue = next_issue(&issues, ZG_SEVERITY_ERROR)) != ZG_ISSUES)
        raise_issue(n, l, i, issue);
}
