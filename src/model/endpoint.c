/* SPDX-License-Identifier: MPL-2.0 */
/* The rules for what is found at an ipc endpoint. */
#include "model/endpoint.h"

#define OTHERS_WRITE 0002U
#define OTHERS_PASS  0001U
#define GROUP_WRITE  0020U

static uint32_t bit(enum zg_issue issue)
{
    return (uint32_t)1 << issue;
}

bool zg_step_group_writes(const struct zg_step_facts *s)
{
    return s->has_acl ? s->acl_group_write : (s->mode & GROUP_WRITE) != 0;
}

/* In a sticky directory only the owners of the file and of the directory may replace it. */
static uint32_t directory_issues(const struct zg_step_facts *d, bool holds_file)
{
    bool sticky = (d->mode & ZG_MODE_STICKY) != 0;
    uint32_t issues = 0;

    if (d->accepted)
        return 0;
    if (d->owner == ZG_TRUST_NO && !d->remapped)
        issues |= bit(ZG_ISSUE_PARENT_OWNER);
    if ((d->mode & OTHERS_WRITE) != 0 && sticky && holds_file)
        issues |= bit(ZG_ISSUE_PARENT_STICKY);
    if (sticky)
        return issues;
    if ((d->mode & OTHERS_WRITE) != 0)
        issues |= bit(ZG_ISSUE_PARENT_WRITABLE);
    else if (zg_step_group_writes(d) && d->group == ZG_TRUST_NO)
        issues |= bit(ZG_ISSUE_PARENT_GROUP);
    if (d->acl_untrusted)
        issues |= bit(ZG_ISSUE_PARENT_ACL);
    return issues;
}

/* The directory that holds the step: the nearest one before it. A link that leads back to the root
 * is followed by the root's step, so the order of the steps is the order of the way. */
static const struct zg_step_facts *holder(const struct zg_endpoint_facts *facts, uint32_t step)
{
    while (step > 0) {
        if (facts->steps[--step].type == 'd')
            return &facts->steps[step];
    }
    return NULL;
}

static uint32_t link_issues(const struct zg_endpoint_facts *facts, uint32_t step)
{
    const struct zg_step_facts *link = &facts->steps[step];
    const struct zg_step_facts *in = holder(facts, step);
    uint32_t issues = 0;

    if (link->owner == ZG_TRUST_NO && !link->remapped)
        issues |= bit(ZG_ISSUE_LINK_OWNER);
    if (in != NULL && directory_issues(in, false) != 0)
        issues |= bit(ZG_ISSUE_LINK_REPLACEABLE);
    return issues;
}

static uint32_t access_issues(const struct zg_endpoint_facts *facts,
                              const struct zg_step_facts *file)
{
    bool world = (file->mode & OTHERS_WRITE) != 0;
    bool group = zg_step_group_writes(file) && file->group == ZG_TRUST_NO;
    uint32_t issues = 0;

    if (world)
        issues |= bit(ZG_ISSUE_WORLD_WRITABLE);
    else if (group)
        issues |= bit(ZG_ISSUE_GROUP_WRITABLE);
    if (file->acl_untrusted)
        issues |= bit(ZG_ISSUE_ACL);
    if (facts->later && !world && (facts->was_open_to_all || (facts->was_open_to_group && !group)))
        issues |= bit(ZG_ISSUE_WINDOW);
    return issues;
}

static uint32_t file_issues(const struct zg_endpoint_facts *facts)
{
    const struct zg_step_facts *file = &facts->steps[facts->count - 1];

    if (facts->identity_known && !facts->is_ours)
        return facts->later ? bit(ZG_ISSUE_REPLACED)
                            : bit(file->type == 's' ? ZG_ISSUE_NOT_OURS : ZG_ISSUE_NOT_SOCKET);
    if (file->type != 's')
        return facts->later ? bit(ZG_ISSUE_REPLACED) : bit(ZG_ISSUE_NOT_SOCKET);
    /* Only root gives a file away. Later, then, that was somebody who is trusted: a service that
     * hands its file to the user it becomes. */
    if (file->owner == ZG_TRUST_NO && !file->remapped && !(facts->later && facts->identity_known))
        return bit(ZG_ISSUE_OWNER) | access_issues(facts, file);
    return access_issues(facts, file);
}

uint32_t zg_endpoint_step_issues(const struct zg_endpoint_facts *facts, uint32_t step)
{
    bool last = facts->complete && step + 1 == facts->count;
    bool holds_file = facts->complete && !facts->direct && step + 2 == facts->count;

    if (step >= facts->count)
        return 0;
    if (last)
        return file_issues(facts);
    switch (facts->steps[step].type) {
    case 'd':
        return directory_issues(&facts->steps[step], holds_file);
    case 'l':
        return link_issues(facts, step);
    default:
        return 0;
    }
}

static void add(struct zg_verdict *v, uint32_t issues, uint32_t step)
{
    for (uint32_t i = 0; i < ZG_ISSUES; i++) {
        if ((issues >> i & 1) != 0 && (v->issues >> i & 1) == 0)
            v->step[i] = step;
    }
    v->issues |= issues;
}

void zg_endpoint_judge(const struct zg_endpoint_facts *facts, struct zg_verdict *verdict)
{
    *verdict = (struct zg_verdict){.shield = ZG_NO_STEP};
    if (facts->form == ZG_IPC_ABSTRACT) {
        add(verdict, bit(ZG_ISSUE_ABSTRACT), ZG_NO_STEP);
        return;
    }
    if (facts->form == ZG_IPC_RELATIVE)
        add(verdict, bit(ZG_ISSUE_RELATIVE), ZG_NO_STEP);
    if (facts->gone)
        add(verdict, bit(facts->later ? ZG_ISSUE_REPLACED : ZG_ISSUE_GONE), ZG_NO_STEP);
    for (uint32_t i = 0; i < facts->count; i++) {
        const struct zg_step_facts *s = &facts->steps[i];

        add(verdict, zg_endpoint_step_issues(facts, i), i);
        if (verdict->shield == ZG_NO_STEP && s->type == 'd' && (s->mode & OTHERS_PASS) == 0)
            verdict->shield = i;
    }
}

enum zg_unlink zg_unlink_judge(const struct zg_unlink_facts *facts)
{
    if (facts->type == '?' || facts->type == 'd' || facts->empty_own)
        return ZG_UNLINK_FINE;
    if (facts->type != 's')
        return ZG_UNLINK_NOT_SOCKET;
    if (facts->served && !facts->served_by_us)
        return ZG_UNLINK_LIVE;
    return facts->owner == ZG_TRUST_NO ? ZG_UNLINK_OWNER : ZG_UNLINK_FINE;
}
