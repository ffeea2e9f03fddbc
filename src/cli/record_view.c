/* SPDX-License-Identifier: MPL-2.0 */
/* Questions that every form of a report asks a record. */
#include <stdlib.h>
#include <string.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/record.h"
#include "report/code.h"

bool zg_record_is_error(const struct zg_record *r)
{
    return strcmp(r->severity, "error") == 0;
}

bool zg_record_is_use(const struct zg_event *e)
{
    static const char *const origins[] = {"created", "reborn", "thread-created"};

    for (size_t i = 0; i < ZG_COUNT(origins); i++)
        if (strcmp(e->role, origins[i]) == 0)
            return false;
    return true;
}

static bool is_same(const struct zg_frame *a, const struct zg_frame *b)
{
    return a->offset == b->offset && a->line == b->line && a->column == b->column &&
           strcmp(a->function, b->function) == 0 && strcmp(a->file, b->file) == 0 &&
           strcmp(a->module, b->module) == 0;
}

const struct zg_event *zg_record_same_stack(const struct zg_record *r, const struct zg_event *e)
{
    for (size_t i = 0; i < r->event_count; i++) {
        const struct zg_event *other = &r->events[i];
        size_t k = 0;
        bool is_before =
            zg_record_is_use(e) == zg_record_is_use(other) ? other < e : zg_record_is_use(other);

        if (!is_before || other->frame_count != e->frame_count)
            continue;
        while (k < e->frame_count && is_same(&e->frames[k], &other->frames[k]))
            k++;
        if (k == e->frame_count)
            return other;
    }
    return NULL;
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

static struct zg_code code_of(const struct zg_record *r, const struct zg_frame *f)
{
    return (struct zg_code){
        .function = f->function,
        .file = f->file,
        .module = f->module,
        .is_script = f->is_script,
        .is_program = f->module[0] != '\0' && strcmp(f->module, r->program) == 0,
    };
}

bool zg_record_is_library(const struct zg_record *r, const struct zg_frame *f)
{
    struct zg_code code = code_of(r, f);

    return zg_code_is_library(&code);
}

/* The rules of report/chain.c, so that the place is the one of the SUMMARY line. */
const struct zg_frame *zg_record_first(const struct zg_record *r, const struct zg_event *e)
{
    const struct zg_frame *script = NULL, *unbound = NULL;

    for (size_t i = 0; e != NULL && i < e->frame_count; i++) {
        struct zg_code code = code_of(r, &e->frames[i]);

        if (!zg_code_is_library(&code))
            return &e->frames[i];
        if (zg_code_is_binding(&code))
            continue;
        unbound = unbound != NULL ? unbound : &e->frames[i];
        if (script == NULL && code.is_script)
            script = &e->frames[i];
    }
    if (script != NULL)
        return script;
    return unbound != NULL || e == NULL || e->frame_count == 0 ? unbound : &e->frames[0];
}

const struct zg_frame *zg_record_place(const struct zg_record *r)
{
    return zg_record_first(r, zg_record_accused(r));
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
