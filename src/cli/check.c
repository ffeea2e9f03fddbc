/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard check FILE…: says in advance whether a program can be guarded, and what is missed. */
#include <dlfcn.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"
#include "cli/closure.h"
#include "cli/embedded.h"
#include "cli/facts.h"
#include "cli/preload.h"
#include "cli/target.h"

static const char usage[] = "usage: zmqguard check FILE…\n"
                            "\n"
                            "Says of each program, script or shared library whether the guard can "
                            "be loaded into it, which\n"
                            "libzmq it would get, and what would be missed. Nothing of FILE is "
                            "run. Exit status: 0 all can\n"
                            "be guarded, 1 something would be missed.\n";

/* What is learnt of one file and its dependencies. */
struct survey {
    bool missed;      /* something would not be seen */
    size_t libraries; /* copies of libzmq that are guarded */
    size_t unguarded; /* and that are not */
    bool is_program;
    size_t imports;     /* zmq functions that the objects call */
    bool can_load_more; /* dlopen */
};

ZG_PRINTF(2, 3) static void item(const char *mark, const char *format, ...)
{
    va_list args;

    printf("  %-8s", mark);
    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    putchar('\n');
}

/* Whose code runs when the library is opened: only the system's or our own. */
static bool is_trusted(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && (st.st_uid == 0 || st.st_uid == geteuid()) &&
           (st.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

static void print_version(const char *path, int out)
{
    void *lib = dlopen(path, RTLD_LAZY | RTLD_LOCAL);
    void (*version)(int *, int *, int *) = NULL;
    int v[3] = {0, 0, 0};

    if (lib != NULL)
        *(void **)&version = dlsym(lib, "zmq_version");
    if (version == NULL)
        return;
    version(&v[0], &v[1], &v[2]);
    dprintf(out, "%d.%d.%d", v[0], v[1], v[2]);
}

/* zmq_version() of the library, asked in a child, so that nothing of it stays here. */
static void version_of(const char *path, char *text, size_t cap)
{
    int ends[2];
    ssize_t n = 0;
    pid_t child;

    zg_str_copy(text, cap, "version not asked: another user may write to it");
    if (!is_trusted(path) || pipe(ends) != 0)
        return;
    child = fork();
    if (child == 0) {
        print_version(path, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    if (child > 0) {
        n = read(ends[0], text, cap - 1);
        waitpid(child, NULL, 0);
    }
    close(ends[0]);
    text[n > 0 ? n : 0] = '\0';
    if (n <= 0)
        zg_str_copy(text, cap, "version unknown");
}

/* A libzmq that is a part of something. */
static void say_embedded(const char *path, bool is_program, struct survey *s)
{
    struct zg_embedded_verdict v;

    zg_embedded_judge(path, is_program, &v);
    if (v.guarded == ZG_GUARDED_NOT)
        item("MISSED", "%s has a libzmq linked in statically: not guarded (%s)", path, v.why);
    else if (v.guarded == ZG_GUARDED_BY_PATCH)
        item("libzmq", "%s, linked in statically: guarded by patch (%u functions)", path,
             v.patched);
    else
        item("libzmq", "%s, linked in statically: guarded by symbol", path);
    if (v.guarded != ZG_GUARDED_NOT && v.why[0] != '\0')
        item("MISSED", "%s: in part (%s)", path, v.why);
    s->missed |= v.why[0] != '\0';
    s->libraries += v.guarded != ZG_GUARDED_NOT;
    s->unguarded += v.guarded == ZG_GUARDED_NOT;
}

static void say_object(const char *path, const struct zg_object_facts *f, bool is_first,
                       struct survey *s)
{
    char version[64];

    if (f->defines_zmq && !f->exports_more && !is_first) {
        version_of(path, version, sizeof(version));
        item("libzmq", "%s (%s): guarded by symbol", path, version);
        s->libraries++;
    } else if (f->defines_zmq || f->hides_zmq) {
        say_embedded(path, is_first && s->is_program, s);
    }
    if (f->imports_dlmopen && is_first)
        item("note", "uses dlmopen(): a libzmq in another namespace is noticed, not checked");
    if (f->runtime != NULL)
        item("note", "%s code (%s): its synchronisation is not visible; policy=auto means overlap",
             f->runtime, path);
}

static bool is_guard(const char *path)
{
    const char *name = strrchr(path, '/');

    return zg_str_starts(name != NULL ? name + 1 : path, ZG_PRELOAD_NAME);
}

static void say_objects(const char *path, struct survey *s)
{
    struct zg_closure c;
    struct zg_object_facts f;

    if (zg_closure_of(path, &c) != 0)
        item("note", "the loader cannot list its dependencies");
    for (size_t i = 0; i < c.missing_count; i++)
        item("note", "%s is not found by the loader", c.missing[i]);
    for (size_t i = 0; i < c.count; i++) {
        if (zg_object_facts(c.paths[i], &f) != 0)
            continue;
        /* The C library itself imports and exports dlopen. */
        s->can_load_more |= f.imports_dlopen && i == 0;
        s->imports += f.defines_zmq ? 0 : f.zmq_imports;
        if (!is_guard(c.paths[i]))
            say_object(c.paths[i], &f, i == 0, s);
    }
    zg_closure_free(&c);
}

static void say_conclusion(const struct survey *s)
{
    if (s->unguarded > 0 && s->libraries == 0)
        item("verdict", "cannot be guarded");
    else if (s->missed)
        item("verdict", "can be guarded only in part");
    else if (s->libraries > 0)
        item("verdict", "can be guarded");
    else if (s->can_load_more)
        item("verdict", "can be guarded: no libzmq yet, one that it opens later is guarded too");
    else
        item("verdict", "can be guarded, but has no libzmq and opens none: nothing to check");
}

static void say_stacks(void)
{
    void *lib = dlopen("libunwind.so.8", RTLD_LAZY | RTLD_LOCAL);

    if (lib == NULL)
        item("note", "libunwind.so.8 is not installed: stacks consist of the caller alone");
    else
        dlclose(lib);
}

static bool is_library(const char *path, struct zg_elf *elf)
{
    if (strchr(path, '/') == NULL || zg_elf_read(path, elf) != 0)
        return false;
    if (elf->interpreter[0] == '\0' && elf->soname[0] != '\0')
        return true;
    if (elf->type == 3 /* ET_DYN */ && elf->interpreter[0] == '\0' && !elf->is_pie)
        return true;
    zg_elf_free(elf);
    return false;
}

/* Why no process that this guard is in can load it; NULL: one may. */
static const char *misfit(const struct zg_elf *elf, const char *guard)
{
    struct zg_elf ours;
    bool fits = true;

    for (size_t i = 0; i < elf->needed_count; i++)
        if (zg_str_starts(elf->needed[i], "libc.musl"))
            return "it is built for musl";
    if (guard != NULL && zg_elf_read(guard, &ours) == 0) {
        fits = ours.machine == elf->machine && ours.class == elf->class;
        zg_elf_free(&ours);
    }
    return fits ? NULL : "this guard is built for another machine";
}

static bool check_library(const char *path, const struct zg_elf *elf, const char *guard)
{
    struct survey s = {0};
    struct zg_object_facts f;

    printf("%s: a shared library for %s\n", path, zg_elf_machine_name(elf));
    if (is_guard(path)) {
        item("verdict", "this is the guard; check the program that it is for");
        return true;
    }
    if (misfit(elf, guard) != NULL) {
        item("verdict", "cannot be guarded: %s", misfit(elf, guard));
        return false;
    }
    if (zg_object_facts(path, &f) == 0 && f.defines_zmq && !f.exports_more) {
        char version[64];

        version_of(path, version, sizeof(version));
        item("libzmq", "%s itself (%s)", path, version);
        return true;
    }
    say_objects(path, &s);
    say_conclusion(&s);
    return !s.missed;
}

/* An operand is a file, as with other commands that look at files; a name that is no file here is
 * looked for in PATH. */
static bool check_program(const char *path, const char *guard)
{
    static struct zg_target t;
    struct survey s = {.is_program = true};
    bool is_fine;
    char *here = zg_cli_format("./%s", path);

    zg_target_look(strchr(path, '/') == NULL && access(here, F_OK) == 0 ? here : path, guard, &t);
    free(here);
    if (t.status != ZG_CLI_OK) {
        printf("%s:\n", path);
        item("verdict", "cannot be guarded: %s", t.why);
        zg_target_free(&t);
        return false;
    }
    printf("%s: a program for %s\n", path, zg_elf_machine_name(&t.elf));
    if (strcmp(t.image, t.path) != 0)
        item("runs", "%s", t.image);
    say_objects(t.image, &s);
    say_stacks();
    say_conclusion(&s);
    is_fine = !s.missed;
    zg_target_free(&t);
    return is_fine;
}

/* A file that is here comes before one of that name in PATH. */
static void find_file(const char *name, char path[PATH_MAX])
{
    struct stat st;
    bool is_here = strchr(name, '/') == NULL && stat(name, &st) == 0 && S_ISREG(st.st_mode);

    snprintf(path, PATH_MAX, "%s%s", is_here ? "./" : "", name);
}

int zg_cli_check(int argc, char **argv)
{
    char guard[PATH_MAX];
    const char *library = zg_preload_find(guard) == 0 ? guard : NULL;
    int status = ZG_CLI_OK;

    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        fputs(usage, stdout);
        return ZG_CLI_OK;
    }
    if (argc < 2)
        zg_cli_usage("check: no file; see zmqguard check --help");
    for (int i = 1; i < argc; i++) {
        static struct zg_elf elf;
        char path[PATH_MAX];
        bool fine;

        find_file(argv[i], path);
        if (is_library(path, &elf)) {
            fine = check_library(path, &elf, library);
            zg_elf_free(&elf);
        } else {
            fine = check_program(path, library);
        }
        fflush(stdout);
        if (!fine)
            status = ZG_CLI_FINDINGS;
    }
    return status;
}
