/* SPDX-License-Identifier: MPL-2.0 */
/* One case of the matrix: how it is set up, what another user manages, what is expected. */
#ifndef TEST_ENDPOINT_CELL_H
#define TEST_ENDPOINT_CELL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#define OTHER_UID   64999 /* nobody, who may run this, is another */
#define OTHER_GROUP 54322 /* the other user is in it, as one of its supplementary groups */

enum acl { ACL_NONE, ACL_DEFAULT, ACL_NAMED, ACLS };
enum form {
    FORM_ABSOLUTE,
    FORM_RELATIVE,
    FORM_SYMLINK,
    FORM_ABSTRACT,
    FORM_WILDCARD,
    FORM_DEEP,    /* more steps than a report shows, and back again */
    FORM_RENAMED, /* the directory has another name after the bind */
    FORM_MANY,    /* the 70th endpoint of its socket */
    FORMS
};
#define ENDPOINTS 70

struct cell {
    mode_t umask;
    mode_t mode;      /* of the directory */
    bool other_group; /* the directory belongs to OTHER_GROUP */
    enum acl acl;     /* DEFAULT: of the directory; NAMED: put on the file after the bind */
    enum form form;
};

/* The two questions: can the other user connect, can it put something else in the file's place? */
struct answer {
    bool connect, replace;
};

/* Makes the directory top/d and the link top/l for the cell. */
void cell_set_up(const struct cell *c, const char *top);
void cell_tear_down(const char *top);
/* What zmq_bind() is to be given. */
void cell_uri(const struct cell *c, const char *top, char *out, size_t cap);
/* Puts the named entry on the bound file. */
void cell_name_user(const char *path);
/* Becomes the other user in a child and tries. path: absolute, or with a NUL and the abstract
 * name. Needs root. */
struct answer cell_try(const struct cell *c, const char *top, const char *path, size_t len);
/* What the guard should say by the facts that were set up. */
struct answer cell_expected(const struct cell *c);
/* Why the guard says more than the other user managed, or NULL. */
const char *cell_why_stricter(const struct cell *c, struct answer said, struct answer did);
const char *cell_name(const struct cell *c, char *out, size_t cap);

#endif
