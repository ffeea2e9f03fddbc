/* SPDX-License-Identifier: MPL-2.0 */
/* Places in scripts, each once. */
#include "host/script.h"

#include "base/arena.h"
#include "base/str.h"

#define BUCKETS 1024 /* a power of two */

struct place {
    struct zg_script_place place; /* first */
    uint32_t next;                /* in its bucket, 0 = none */
    uint32_t hash;
    char text[]; /* function, then file */
};

static struct {
    struct zg_lock lock;
    uint32_t used;                          /* under lock; number 0 is nobody's */
    struct place *places[ZG_SCRIPT_PLACES]; /* atomic: written under lock, once */
    uint32_t buckets[BUCKETS];              /* under lock */
} scripts;

static const struct zg_script_place nowhere = {.function = "??", .file = ""};

static uint32_t hash_text(uint32_t h, const char *text)
{
    for (; *text != '\0'; text++)
        h = (h ^ (unsigned char)*text) * 16777619U;
    return h * 16777619U;
}

static bool is(const struct place *p, uint32_t hash, const char *function, const char *file,
               uint32_t line)
{
    return p->hash == hash && p->place.line == line && zg_str_equal(p->place.function, function) &&
           zg_str_equal(p->place.file, file);
}

/* Under the lock. */
static uint32_t add(uint32_t hash, const char *function, const char *file, uint32_t line)
{
    size_t function_size = strlen(function) + 1;
    size_t file_size = strlen(file) + 1;
    uint32_t *bucket = &scripts.buckets[hash % BUCKETS];
    struct place *p;

    if (scripts.used + 1 >= ZG_SCRIPT_PLACES || function_size > ZG_SCRIPT_TEXT ||
        file_size > ZG_SCRIPT_TEXT)
        return 0;
    p = zg_arena_alloc(sizeof(*p) + function_size + file_size);
    if (p == NULL)
        return 0;
    memcpy(p->text, function, function_size);
    memcpy(p->text + function_size, file, file_size);
    p->place = (struct zg_script_place){p->text, p->text + function_size, line};
    p->hash = hash;
    p->next = *bucket;
    /* In this order: a fork may leave a child in between. Release: pairs with zg_script_place(). */
    scripts.used++;
    __atomic_store_n(&scripts.places[scripts.used], p, __ATOMIC_RELEASE);
    __atomic_store_n(bucket, scripts.used, __ATOMIC_RELEASE);
    return scripts.used;
}

uintptr_t zg_script_intern(const char *function, const char *file, uint32_t line)
{
    uint32_t hash = hash_text(hash_text(2166136261U ^ line, function), file);
    zg_lock_acquire(&scripts.lock);
    uint32_t id = scripts.buckets[hash % BUCKETS];

    while (id != 0 && !is(scripts.places[id], hash, function, file, line))
        id = scripts.places[id]->next;
    if (id == 0)
        id = add(hash, function, file, line);
    zg_lock_release(&scripts.lock);
    return id != 0 ? ZG_STACK_SCRIPT | id : 0;
}

const struct zg_script_place *zg_script_place(uintptr_t frame)
{
    uintptr_t id = frame & ~ZG_STACK_SCRIPT;
    const struct place *p = NULL;

    if (zg_stack_is_script(frame) && id < ZG_SCRIPT_PLACES)
        p = __atomic_load_n(&scripts.places[id], __ATOMIC_ACQUIRE);
    return p != NULL ? &p->place : &nowhere;
}

void zg_script_after_fork(void)
{
    zg_lock_reset(&scripts.lock);
}
