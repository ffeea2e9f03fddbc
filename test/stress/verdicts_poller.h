/* SPDX-License-Identifier: MPL-2.0 */
/*
 * For verdicts.c: steps with pollers, which are draft functions. A poller is an object for one
 * thread at a time as sockets are, and a call that names sockets uses them too: a wait all that are
 * registered. Without such a libzmq there are none of these steps.
 */
#include <dlfcn.h>

enum { POLLERS = 2 };

/* From zmq.h, where drafts are on. */
typedef struct {
    void *socket;
    int fd;
    void *user_data;
    short events;
} poller_event;

static struct {
    void *(*make)(void);
    int (*destroy)(void **poller);
    int (*add)(void *poller, void *socket, void *data, short events);
    int (*modify)(void *poller, const void *socket, short events);
    int (*remove)(void *poller, void *socket);
    int (*wait)(void *poller, poller_event *event, long timeout);
    int (*wait_all)(void *poller, poller_event *events, int count, long timeout);
} drafts;

static struct poller {
    struct socket used; /* as one would be */
    bool has[SOCKETS];
} pollers[POLLERS];

static bool find_drafts(void)
{
    static const char *const names[] = {"new",    "destroy", "add",     "modify",
                                        "remove", "wait",    "wait_all"};
    void **slot = (void **)&drafts;

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        char name[32];

        snprintf(name, sizeof(name), "zmq_poller_%s", names[i]);
        slot[i] = dlsym(RTLD_DEFAULT, name);
        if (slot[i] == NULL)
            return false;
    }
    return true;
}

static bool is_registered(int socket)
{
    for (int i = 0; i < POLLERS; i++)
        if (pollers[i].used.made && !pollers[i].used.closed && pollers[i].has[socket])
            return true;
    return false;
}

/* The stricter of two verdicts on a call that uses both. */
static enum verdict both(enum verdict a, enum verdict b)
{
    return a > b ? a : b;
}

static void use_poller(int me, struct poller *p, int socket)
{
    void *handle = sockets[socket].handle;
    bool has = p->has[socket];

    if (meant(socket) != &sockets[socket] || !sockets[socket].made || sockets[socket].closed)
        return;
    /* Most are right, as elsewhere. */
    if (verdict_on(me, &sockets[socket]) != SILENT && draw(50) != 0)
        return;
    expect(me, both(verdict_on(me, &p->used), verdict_on(me, &sockets[socket])),
           has ? "modifies or removes from a poller" : "adds to a poller", socket);
    note_use(me, &p->used, false);
    note_use(me, &sockets[socket], false);
    if (!has) {
        (void)drafts.add(p->used.handle, handle, NULL, ZMQ_POLLOUT);
        p->has[socket] = true;
    } else if (draw(2) == 0) {
        (void)drafts.modify(p->used.handle, handle, ZMQ_POLLOUT);
    } else {
        (void)drafts.remove(p->used.handle, handle);
        p->has[socket] = false;
    }
    check_missed();
}

static void wait_by_poller(int me, struct poller *p, int n)
{
    enum verdict verdict = verdict_on(me, &p->used);
    poller_event events[SOCKETS];

    for (int i = 0; i < SOCKETS; i++)
        if (p->has[i])
            verdict = both(verdict, verdict_on(me, &sockets[i]));
    if (verdict != SILENT && draw(50) != 0)
        return;
    expect(me, verdict, "waits by poller", n);
    note_use(me, &p->used, false);
    for (int i = 0; i < SOCKETS; i++)
        if (p->has[i])
            note_use(me, &sockets[i], false);
    if (draw(2) == 0)
        (void)drafts.wait(p->used.handle, events, 0);
    else
        (void)drafts.wait_all(p->used.handle, events, SOCKETS, 0);
    check_missed();
}

static void poll_by_poller(int me, int n)
{
    struct poller *p = &pollers[n % POLLERS];
    int what = (int)draw(8);

    if (drafts.wait_all == NULL)
        return;
    if (!p->used.made || p->used.closed) {
        expect(me, SILENT, "makes poller", n % POLLERS);
        *p = (struct poller){.used = {.handle = drafts.make(), .made = true}};
        note_use(me, &p->used, false);
        return;
    }
    if (verdict_on(me, &p->used) != SILENT && draw(50) != 0)
        return;
    if (what < 4) {
        use_poller(me, p, (int)draw(SOCKETS));
    } else if (what < 7) {
        wait_by_poller(me, p, n % POLLERS);
    } else {
        expect(me, verdict_on(me, &p->used), "destroys poller", n % POLLERS);
        p->used.closed = true;
        (void)drafts.destroy(&(void *){p->used.handle});
        check_missed();
    }
}
