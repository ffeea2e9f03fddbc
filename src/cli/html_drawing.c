/* SPDX-License-Identifier: MPL-2.0 */
/* Lays a scene out and writes it as SVG. */
#include <string.h>

#include "cli/cli.h"
#include "cli/html.h"
#include "cli/html_scene.h"

/* In the drawing's own units, which are pixels at full width. */
enum {
    WIDTH = 980,
    NODE_H = 46,
    GAP = 30,
    TOP = 30,
    LABEL_MAX = 24,
    SPREAD = 14, /* between edges that end at the same node */
};

static const struct {
    int x, width;
    const char *head;
} columns[ZG_COLUMNS] = {
    {60, 210, "threads"},
    {420, 170, "sockets and contexts"},
    {720, 240, "endpoints"},
};

static const char *const bond_class[] = {"made", "owns", "breaks", "bound", "connected"};
static const char *const bond_arrow[] = {"made", "owns", "breaks", NULL, NULL};

static int height_of(const struct zg_scene *s)
{
    size_t most = 0;

    for (size_t c = 0; c < ZG_COLUMNS; c++)
        most = s->rows[c] > most ? s->rows[c] : most;
    return TOP + (int)most * (NODE_H + GAP) - GAP + 12;
}

/* The columns are centred against each other. */
static int y_of(const struct zg_scene *s, const struct zg_node *n)
{
    int all = height_of(s) - TOP - 12;
    int own = (int)s->rows[n->column] * (NODE_H + GAP) - GAP;

    return TOP + (all - own) / 2 + (int)n->row * (NODE_H + GAP);
}

/* Does edge a end above b, at the end where they meet? By where they come from, so that they do not
 * cross there. */
static bool is_above(const struct zg_scene *s, const struct zg_edge *a, const struct zg_edge *b,
                     bool at_start)
{
    size_t row_a = s->nodes[at_start ? a->to : a->from].row;
    size_t row_b = s->nodes[at_start ? b->to : b->from].row;

    return row_a != row_b ? row_a < row_b : a < b;
}

/* How far from a node's middle an edge ends, so that arrows do not meet in a point. */
static int spread_of(const struct zg_scene *s, const struct zg_edge *edge, bool at_start)
{
    size_t node = at_start ? edge->from : edge->to;
    int before = 0, all = 0;

    for (size_t i = 0; i < s->edge_count; i++) {
        const struct zg_edge *e = &s->edges[i];
        bool across = s->nodes[e->from].column != s->nodes[e->to].column;

        if (!across || (at_start ? e->from : e->to) != node)
            continue;
        before += e != edge && is_above(s, e, edge, at_start);
        all++;
    }
    if (all * SPREAD > NODE_H - 6)
        return (2 * before - (all - 1)) * (NODE_H - 6) / (2 * all);
    return (2 * before - (all - 1)) * SPREAD / 2;
}

static void put_node(const struct zg_scene *s, const struct zg_node *n, FILE *out)
{
    int x = columns[n->column].x, w = columns[n->column].width, y = y_of(s, n);
    size_t fits = (size_t)(w - 20) / 7;

    fprintf(out, "<g class=\"%s%s%s\"><title>", n->is_accused ? "isaccused " : "",
            n->is_owner && !n->is_accused ? "isowner " : "", n->is_gone ? "gone" : "");
    zg_html_text(out, n->title);
    fprintf(out, "</title><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" rx=\"8\"/>", x, y, w,
            NODE_H);
    fprintf(out, "<text x=\"%d\" y=\"%d\">", x + 12, y + (n->subtitle[0] != '\0' ? 20 : 28));
    zg_html_short(out, n->title, fits);
    fputs("</text>", out);
    if (n->subtitle[0] != '\0') {
        fprintf(out, "<text class=\"small\" x=\"%d\" y=\"%d\">", x + 12, y + 37);
        zg_html_short(out, n->subtitle, fits);
        fputs("</text>", out);
    }
    fputs("</g>\n", out);
}

static void put_arrow(const struct zg_edge *e, FILE *out)
{
    if (bond_arrow[e->bond] != NULL)
        fprintf(out, " marker-end=\"url(#a-%s)\"", bond_arrow[e->bond]);
    fputs("/>\n", out);
}

/* A thread that made a thread: a bow on the left. */
static void put_bow(const struct zg_scene *s, const struct zg_edge *e, FILE *out)
{
    int x = columns[ZG_COLUMN_THREADS].x;
    int y1 = y_of(s, &s->nodes[e->from]) + NODE_H / 2, y2 = y_of(s, &s->nodes[e->to]) + NODE_H / 2;
    int out_by = 18 + (y2 > y1 ? y2 - y1 : y1 - y2) / 16;

    out_by = out_by > 50 ? 50 : out_by;
    fprintf(out, "<path class=\"made\" d=\"M%d %dC%d %d %d %d %d %d\"", x, y1, x - out_by, y1,
            x - out_by, y2, x - 2, y2);
    put_arrow(e, out);
}

static void put_curve(const struct zg_scene *s, const struct zg_edge *e, FILE *out)
{
    const struct zg_node *from = &s->nodes[e->from], *to = &s->nodes[e->to];
    int x1 = columns[from->column].x + columns[from->column].width, x2 = columns[to->column].x;
    int y1 = y_of(s, from) + NODE_H / 2 + spread_of(s, e, true);
    int y2 = y_of(s, to) + NODE_H / 2 + spread_of(s, e, false);
    int bend = (x2 - x1) / 2;

    fprintf(out, "<path class=\"%s\" d=\"M%d %dC%d %d %d %d %d %d\"", bond_class[e->bond], x1, y1,
            x1 + bend, y1, x2 - bend, y2, x2 - 2, y2);
    put_arrow(e, out);
}

/* On the curve at t = 0.35, where those that go to one node are still apart: with horizontal bends
 * half-way, x moves by 1.5(1-t)t + t³ of the way and y by 3t² - 2t³. */
static void put_label(const struct zg_scene *s, const struct zg_edge *e, FILE *out)
{
    const struct zg_node *from = &s->nodes[e->from], *to = &s->nodes[e->to];
    int x1 = columns[from->column].x + columns[from->column].width, x2 = columns[to->column].x;
    int y1 = y_of(s, from) + NODE_H / 2 + spread_of(s, e, true);
    int y2 = y_of(s, to) + NODE_H / 2 + spread_of(s, e, false);
    int x = x1 + (x2 - x1) * 38 / 100, y = y1 + (y2 - y1) * 28 / 100;
    int width = 10 + 7 * (int)strnlen(e->label, LABEL_MAX);

    if (e->label[0] == '\0' || from->column == to->column)
        return;
    fprintf(out, "<rect class=\"plate\" x=\"%d\" y=\"%d\" width=\"%d\" height=\"18\"/>",
            x - width / 2, y - 9, width);
    fprintf(out, "<text class=\"label %s\" text-anchor=\"middle\" x=\"%d\" y=\"%d\">",
            bond_class[e->bond], x, y + 4);
    zg_html_short(out, e->label, LABEL_MAX);
    fputs("</text>\n", out);
}

static void put_edges(const struct zg_scene *s, FILE *out)
{
    for (size_t i = 0; i < s->edge_count; i++) {
        if (s->nodes[s->edges[i].from].column == s->nodes[s->edges[i].to].column)
            put_bow(s, &s->edges[i], out);
        else
            put_curve(s, &s->edges[i], out);
    }
    for (size_t i = 0; i < s->edge_count; i++)
        put_label(s, &s->edges[i], out);
}

void zg_html_drawing(const struct zg_record *const *records, size_t count, FILE *out)
{
    struct zg_scene s = {.is_overview = count > 1};

    for (size_t i = 0; i < count; i++)
        zg_scene_add(&s, records[i]);
    if (s.rows[ZG_COLUMN_THREADS] == 0 || s.rows[ZG_COLUMN_OBJECTS] == 0) {
        zg_scene_free(&s);
        return;
    }
    fprintf(out,
            "<div class=\"scroll\"><svg class=\"drawing\" viewBox=\"0 0 %d %d\" width=\"%d\" "
            "role=\"img\" aria-label=\"threads, sockets and endpoints\">\n",
            WIDTH, height_of(&s), WIDTH);
    for (size_t c = 0; c < ZG_COLUMNS; c++)
        if (s.rows[c] > 0)
            fprintf(out, "<text class=\"head\" x=\"%d\" y=\"16\">%s</text>\n", columns[c].x,
                    columns[c].head);
    put_edges(&s, out);
    for (size_t i = 0; i < s.node_count; i++)
        put_node(&s, &s.nodes[i], out);
    fputs("</svg></div>\n", out);
    zg_scene_free(&s);
}
