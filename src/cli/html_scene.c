/* SPDX-License-Identifier: MPL-2.0 */
/* Collects the threads, objects and endpoints of records, and how they are related. */
#include "cli/html_scene.h"

#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"

#define NONE SIZE_MAX

static size_t find_node(const struct zg_scene *s, enum zg_column column, unsigned id,
                        const char *title)
{
    for (size_t i = 0; i < s->node_count; i++)
        if (s->nodes[i].column == column && s->nodes[i].id == id &&
            (title == NULL || strcmp(s->nodes[i].title, title) == 0))
            return i;
    return NONE;
}

/* The scene owns title and subtitle from now on. */
static size_t add_node(struct zg_scene *s, enum zg_column column, unsigned id, char *title,
                       char *subtitle)
{
    s->nodes = zg_cli_grow(s->nodes, s->node_count + 1, sizeof(*s->nodes));
    s->nodes[s->node_count] = (struct zg_node){
        .column = column, .row = s->rows[column]++, .id = id, .title = title, .subtitle = subtitle};
    return s->node_count++;
}

/* In an overview two nodes have one edge: the bond with the largest weight. */
static int weight(enum zg_bond bond)
{
    static const int weights[] = {
        [ZG_BOND_MADE] = 0, [ZG_BOND_BOUND] = 0,  [ZG_BOND_CONNECTED] = 0,
        [ZG_BOND_OWNS] = 1, [ZG_BOND_BREAKS] = 2,
    };

    return weights[bond];
}

/* Two nodes may have several edges, if these differ in bond or label; in an overview they have one.
 */
static void add_edge(struct zg_scene *s, size_t from, size_t to, enum zg_bond bond,
                     const char *label)
{
    if (from == NONE || to == NONE || from == to)
        return;
    for (size_t i = 0; i < s->edge_count; i++) {
        struct zg_edge *e = &s->edges[i];

        if (e->from != from || e->to != to)
            continue;
        if (s->is_overview && weight(bond) > weight(e->bond))
            e->bond = bond;
        if (s->is_overview || weight(bond) == 0 ||
            (e->bond == bond && strcmp(e->label, label) == 0))
            return;
    }
    s->edges = zg_cli_grow(s->edges, s->edge_count + 1, sizeof(*s->edges));
    s->edges[s->edge_count++] = (struct zg_edge){
        .from = from, .to = to, .bond = bond, .label = s->is_overview ? "" : label};
}

static size_t thread_node(struct zg_scene *s, const struct zg_record *r, unsigned id)
{
    const struct zg_actor *t = zg_record_thread(r, id);
    size_t node = find_node(s, ZG_COLUMN_THREADS, id, NULL);
    char *title, *subtitle;

    if (id == 0 || node != NONE)
        return id == 0 ? NONE : node;
    if (t != NULL ? t->is_main : id == 1)
        title = zg_cli_copy("main thread");
    else if (t != NULL && t->name[0] != '\0')
        title = zg_cli_format("T%u %s", id, t->name);
    else
        title = zg_cli_format("thread T%u", id);
    subtitle = t == NULL ? zg_cli_copy("")
                         : zg_cli_format("tid %d%s%s", t->tid, t->is_finished ? ", finished" : "",
                                         t->is_internal ? ", libzmq's" : "");
    node = add_node(s, ZG_COLUMN_THREADS, id, title, subtitle);
    s->nodes[node].is_gone = t != NULL && t->is_finished;
    return node;
}

/* "ipc:///run/x (mode 0777)": the part in parentheses becomes the subtitle. */
static size_t endpoint_node(struct zg_scene *s, const char *text, size_t n)
{
    const char *note = memmem(text, n, " (", 2);
    size_t len = note == NULL ? n : (size_t)(note - text);
    char *title = zg_cli_format("%.*s", (int)len, text);
    size_t node = find_node(s, ZG_COLUMN_ENDPOINTS, 0, title);

    if (node != NONE) {
        free(title);
        return node;
    }
    return add_node(s, ZG_COLUMN_ENDPOINTS, 0, title,
                    note == NULL ? zg_cli_copy("")
                                 : zg_cli_format("%.*s", (int)(n - len - 3), note + 2));
}

/* "bound inproc://q, connected tcp://…": a node for each. */
static void add_endpoints(struct zg_scene *s, size_t object, const char *list)
{
    while (*list != '\0') {
        const char *comma = strstr(list, ", ");
        size_t n = comma == NULL ? strlen(list) : (size_t)(comma - list);
        bool is_bound = zg_str_starts(list, "bound ");
        const char *uri = memchr(list, ' ', n);

        uri = uri == NULL ? list : uri + 1;
        add_edge(s, object, endpoint_node(s, uri, n - (size_t)(uri - list)),
                 is_bound ? ZG_BOND_BOUND : ZG_BOND_CONNECTED, is_bound ? "bound" : "connected");
        list += n + (comma != NULL ? 2 : 0);
    }
}

/* Sockets, contexts and the like each have numbers of their own. */
static unsigned object_id(const struct zg_object *o)
{
    return o->number * 8 + (unsigned char)o->what[0] % 8;
}

/* S3, C1: as reports call them. */
static char letter_of(const struct zg_object *o)
{
    switch (o->what[0]) {
    case 's':
        return 'S';
    case 'c':
        return 'C';
    case 't':
        return 'T';
    default:
        return 'P';
    }
}

static size_t object_node(struct zg_scene *s, const struct zg_object *o)
{
    size_t node = find_node(s, ZG_COLUMN_OBJECTS, object_id(o), NULL);
    char letter = letter_of(o);

    if (node != NONE)
        return node;
    node =
        add_node(s, ZG_COLUMN_OBJECTS, object_id(o),
                 o->number == 0 ? zg_cli_format("%s%s%s", o->what, o->type[0] ? " " : "", o->type)
                                : zg_cli_format("%c%u %s", letter, o->number,
                                                o->type[0] != '\0' ? o->type : o->what),
                 zg_cli_copy(o->type[0] != '\0' ? o->what : ""));
    return node;
}

/* The object that an event is about: by number, else the first. */
static size_t object_of(struct zg_scene *s, const struct zg_record *r, unsigned number)
{
    for (size_t i = 0; i < r->object_count; i++)
        if (number == 0 || r->objects[i].number == number)
            return object_node(s, &r->objects[i]);
    return NONE;
}

static void add_event(struct zg_scene *s, const struct zg_record *r, const struct zg_event *e)
{
    size_t thread = thread_node(s, r, e->thread), object = object_of(s, r, e->object);

    if (strcmp(e->role, "inside") == 0 || strcmp(e->role, "last-use") == 0) {
        if (thread != NONE)
            s->nodes[thread].is_owner = true;
        add_edge(s, thread, object, ZG_BOND_OWNS, e->op);
    } else if (e == zg_record_accused(r) && r->endpoint[0] != '\0') {
        size_t endpoint = endpoint_node(s, r->endpoint, strlen(r->endpoint));

        /* The endpoint is at fault, not the thread. */
        s->nodes[endpoint].is_accused = true;
        add_edge(s, thread, object, ZG_BOND_MADE, "");
        add_edge(s, object, endpoint, ZG_BOND_BREAKS, e->op);
    } else if (e == zg_record_accused(r)) {
        if (thread != NONE)
            s->nodes[thread].is_accused = true;
        add_edge(s, thread, object, ZG_BOND_BREAKS, e->op);
    }
}

void zg_scene_add(struct zg_scene *s, const struct zg_record *r)
{
    const struct zg_event *other = zg_record_other(r);

    /* The owner is drawn above the accused thread, whatever their numbers are. */
    if (other != NULL)
        thread_node(s, r, other->thread);
    for (size_t i = 0; i < r->event_count; i++)
        add_event(s, r, &r->events[i]);
    for (size_t i = 0; i < r->object_count; i++) {
        const struct zg_object *o = &r->objects[i];
        size_t node = object_node(s, o);

        add_edge(s, thread_node(s, r, o->creator), node, ZG_BOND_MADE, "created");
        add_endpoints(s, node, o->endpoints);
    }
    for (size_t i = 0; i < r->thread_count; i++) {
        size_t node = thread_node(s, r, r->threads[i].id);

        add_edge(s, thread_node(s, r, r->threads[i].creator), node, ZG_BOND_MADE, "");
    }
}

void zg_scene_free(struct zg_scene *s)
{
    for (size_t i = 0; i < s->node_count; i++) {
        free(s->nodes[i].title);
        free(s->nodes[i].subtitle);
    }
    free(s->nodes);
    free(s->edges);
    memset(s, 0, sizeof(*s));
}
