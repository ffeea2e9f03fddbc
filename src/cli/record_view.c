/* SPDX-License-Identifier: MPL-2.0 */
/* Questions that every form of a report asks a record. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/record.h"

bool zg_record_is_error(const struct zg_record *r)
{
    return strcmp(r->severity, "error") == 0;
}

const struct zg_event *zg_record_event(const struct zg_record *r, const char *role)
{
    for (size_t i = 0; i < r->event_count; i++)
        if (strcmp(r->events[i].role, role) == 0)
            return &r->events[i];
    return NULL;
}

const struct zg_event *zg_record_accused(const struct zg_record *r)
{
    return r->event_count > 0 ? &r->events[0] : NULL;
}

const struct zg_event *zg_record_other(const struct zg_record *r)
{
    static const char *const roles[] = {"inside", "last-use", "closed", "term",
                                        "fork",   "bind",     "holds",  "created"};

    for (size_t i = 0; i < ZG_COUNT(roles); i++) {
        const struct zg_event *e = zg_record_event(r, roles[i]);

        if (e != NULL && e != zg_record_accused(r))
            return e;
    }
    return NULL;
}

/* Thin wrappers around libzmq; the place that counts is their caller's. These are the rules of
 * report/place.c, so that the place is the one of the SUMMARY line. */
static bool is_binding(const struct zg_frame *f)
{
    const char *slash = strrchr(f->file, '/');
    const char *name = slash == NULL ? f->file : slash + 1;

    return strcmp(name, "zmq.hpp") == 0 || strcmp(name, "zmq_addon.hpp") == 0 ||
           zg_str_starts(f->function, "zmq::") || strstr(f->module, "/libczmq.so") != NULL ||
           strstr(f->module, "/libzmq") != NULL;
}

/* Who calls from a script looks for the line there, not in the interpreter. */
static const struct zg_frame *script_place(const struct zg_event *e)
{
    for (size_t i = 0; e != NULL && i < e->frame_count; i++)
        if (e->frames[i].is_script && strstr(e->frames[i].file, "/zmq/") == NULL)
            return &e->frames[i];
    return NULL;
}

const struct zg_frame *zg_record_place(const struct zg_record *r)
{
    const struct zg_event *e = zg_record_accused(r);
    const struct zg_frame *script = script_place(e);

    if (script != NULL)
        return script;
    for (size_t i = 0; e != NULL && i < e->frame_count; i++)
        if (!is_binding(&e->frames[i]))
            return &e->frames[i];
    return e != NULL && e->frame_count > 0 ? &e->frames[0] : NULL;
}

const struct zg_actor *zg_record_thread(const struct zg_record *r, unsigned id)
{
    for (size_t i = 0; i < r->thread_count; i++)
        if (r->threads[i].id == id)
            return &r->threads[i];
    return NULL;
}

char *zg_record_unescape(const char *text)
{
    char *out = zg_cli_alloc(strlen(text) + 1), *to = out;
    uint64_t byte;

    while (*text != '\0') {
        if (text[0] == '\\' && text[1] == 'x' && strnlen(text, 4) == 4 &&
            zg_str_number(text + 2, 2, 16, &byte) == 0 && byte != 0) {
            *to++ = (char)byte;
            text += 4;
        } else {
            *to++ = *text++;
        }
    }
    *to = '\0';
    return out;
}
