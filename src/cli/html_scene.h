/* SPDX-License-Identifier: MPL-2.0 */
/* What the drawing of a process shows: nodes in three columns, and edges between them. */
#ifndef ZG_CLI_HTML_SCENE_H
#define ZG_CLI_HTML_SCENE_H

#include "cli/record.h"

enum zg_column { ZG_COLUMN_THREADS, ZG_COLUMN_OBJECTS, ZG_COLUMN_ENDPOINTS, ZG_COLUMNS };

enum zg_bond {
    ZG_BOND_MADE,   /* created the thread or object */
    ZG_BOND_OWNS,   /* the owner, with its last or current call */
    ZG_BOND_BREAKS, /* the use against the rule */
    ZG_BOND_BOUND,  /* object to endpoint */
    ZG_BOND_CONNECTED,
};

struct zg_node {
    enum zg_column column;
    size_t row;
    unsigned id; /* of a thread or object, within its column */
    char *title, *subtitle;
    bool is_owner, is_accused, is_gone;
};

struct zg_edge {
    size_t from, to; /* indices of nodes */
    enum zg_bond bond;
    const char *label; /* the record's, or "" */
};

struct zg_scene {
    bool is_overview; /* of many records: one edge between two nodes, without a label */
    struct zg_node *nodes;
    size_t node_count;
    struct zg_edge *edges;
    size_t edge_count;
    size_t rows[ZG_COLUMNS];
};

/* Adds what a record tells; nodes and edges that are there already stay single. */
void zg_scene_add(struct zg_scene *s, const struct zg_record *r);
void zg_scene_free(struct zg_scene *s);

#endif
