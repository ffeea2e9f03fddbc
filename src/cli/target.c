/* SPDX-License-Identifier: MPL-2.0 */
/* The checks before a program is run: each failure has a line of its own. */
#include "cli/target.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/str.h"
#include "cli/cli.h"

#define SCRIPT_DEPTH 4 /* the kernel follows as many interpreters */

static void refuse(struct zg_target *t, int status, char *why)
{
    t->status = status;
    free(t->why);
    t->why = why;
}

static int runnable(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return -errno;
    if (!S_ISREG(st.st_mode) || access(path, X_OK) != 0)
        return -EACCES;
    return 0;
}

/* One directory of PATH; an unusable file is kept as the answer until a better one is found. */
static int try_directory(const char *dir, size_t len, const char *program, char path[PATH_MAX])
{
    char candidate[PATH_MAX];
    int rc, n = snprintf(candidate, sizeof(candidate), "%.*s%s%s", (int)len, dir,
                         len > 0 ? "/" : "", program);

    if (n < 0 || (size_t)n >= sizeof(candidate))
        return -ENOENT;
    rc = runnable(candidate);
    if (rc == 0 || rc == -EACCES)
        memcpy(path, candidate, (size_t)n + 1);
    return rc;
}

int zg_target_find(const char *program, char path[PATH_MAX])
{
    const char *dir = getenv("PATH");
    int found = -ENOENT;

    zg_str_copy(path, PATH_MAX, program);
    if (program[0] == '\0')
        return -ENOENT;
    if (strchr(program, '/') != NULL)
        return runnable(program);
    if (dir == NULL)
        dir = "/bin:/usr/bin";
    for (;;) {
        size_t len = strcspn(dir, ":");
        int rc = try_directory(dir, len, program, path);

        if (rc == 0)
            return 0;
        if (rc == -EACCES)
            found = rc;
        if (dir[len] == '\0')
            return found;
        dir += len + 1;
    }
}

/* Would the process run in the loader's secure mode (AT_SECURE), which ignores LD_PRELOAD? */
static const char *privilege(const char *path)
{
    struct stat st;

    if (stat(path, &st) != 0)
        return NULL;
    if ((st.st_mode & S_ISUID) != 0 && st.st_uid != getuid())
        return "is setuid";
    if ((st.st_mode & (S_ISGID | S_IXGRP)) == (S_ISGID | S_IXGRP) && st.st_gid != getgid())
        return "is setgid";
    if (getuid() != 0 && getxattr(path, "security.capability", NULL, 0) > 0)
        return "has file capabilities";
    return NULL;
}

static void check_image(struct zg_target *t, const char *guard)
{
    const char *special = privilege(t->image);
    struct zg_elf ours;

    if (special != NULL) {
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s %s: the loader ignores preloads for it; run a copy of it without "
                             "the privilege",
                             t->image, special));
        return;
    }
    if (guard != NULL && zg_elf_read(guard, &ours) == 0) {
        if (ours.machine != t->elf.machine || ours.class != t->elf.class)
            refuse(t, ZG_CLI_CANNOT_RUN,
                   zg_cli_format("%s is built for %s, this guard for %s", t->image,
                                 zg_elf_machine_name(&t->elf), zg_elf_machine_name(&ours)));
        zg_elf_free(&ours);
    }
    if (t->status != ZG_CLI_OK)
        return;
    if (t->elf.is_cut)
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s is cut off: it ends before what is to be loaded", t->image));
    else if (zg_elf_is_static(&t->elf))
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s is statically linked: no preload can reach it; link it "
                             "dynamically",
                             t->image));
    else if (zg_elf_is_musl(&t->elf))
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s is linked with musl (%s): the guard needs glibc", t->image,
                             t->elf.interpreter));
    else if (t->elf.interpreter[0] != '\0' && access(t->elf.interpreter, X_OK) != 0)
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s needs the loader %s, which is not here", t->image,
                             t->elf.interpreter));
}

/* The first bytes of the file, NUL-terminated; -errno. */
static long peek(const char *path, char *text, size_t cap)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    ssize_t n;

    if (fd < 0)
        return -errno;
    n = read(fd, text, cap - 1);
    close(fd);
    text[n > 0 ? n : 0] = '\0';
    return n;
}

/* The program that a "#!" line starts; for env(1) the one that env starts, found in PATH. */
static int interpreter_of(char *line, char path[PATH_MAX])
{
    char *save, *word, *name;

    line[strcspn(line, "\n")] = '\0';
    word = strtok_r(line + 2, " \t\r", &save);
    if (word == NULL)
        return -ENOEXEC;
    name = strrchr(word, '/');
    if (name != NULL && strcmp(name, "/env") == 0) {
        do
            word = strtok_r(NULL, " \t\r", &save);
        while (word != NULL && (word[0] == '-' || strchr(word, '=') != NULL));
        if (word == NULL)
            return -ENOEXEC;
        return zg_target_find(word, path);
    }
    zg_str_copy(path, PATH_MAX, word);
    return runnable(path);
}

/* Steps from a script to its interpreter. Returns false when the image is what it is. */
static bool follow_script(struct zg_target *t, const char *program)
{
    char line[512] = "", next[PATH_MAX] = "";
    long n = peek(t->image, line, sizeof(line));
    int rc;

    if (n < 2 || line[0] != '#' || line[1] != '!')
        return false;
    rc = interpreter_of(line, next);
    if (rc != 0) {
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s: the interpreter of its #! line: %s", program, strerror(-rc)));
        return false;
    }
    memcpy(t->image, next, sizeof(next));
    return true;
}

static void look_at_image(struct zg_target *t, const char *program)
{
    char head[512] = "";
    long n;
    int rc;

    for (int i = 0; i < SCRIPT_DEPTH && follow_script(t, program); i++)
        ;
    if (t->status != ZG_CLI_OK)
        return;
    rc = zg_elf_read(t->image, &t->elf);
    if (rc == 0)
        return;
    n = peek(t->image, head, sizeof(head));
    if (n == -EACCES) { /* may be run but not read: nothing can be said about it */
        t->unread = true;
        return;
    }
    /* Text without "#!": execvp() gives it to the shell. */
    if (n > 0 && memchr(head, '\0', (size_t)n) == NULL) {
        zg_str_copy(t->image, sizeof(t->image), "/bin/sh");
        rc = zg_elf_read(t->image, &t->elf);
    }
    if (rc != 0)
        refuse(t, ZG_CLI_CANNOT_RUN,
               zg_cli_format("%s: %s", t->image,
                             n < 0 ? strerror((int)-n) : "neither an ELF program nor a script"));
}

void zg_target_look(const char *program, const char *guard, struct zg_target *t)
{
    struct stat st;
    int rc;

    memset(t, 0, sizeof(*t));
    rc = zg_target_find(program, t->path);
    if (rc == -EACCES && stat(t->path, &st) == 0 && S_ISDIR(st.st_mode))
        refuse(t, ZG_CLI_CANNOT_RUN, zg_cli_format("%s is a directory", program));
    else if (rc == -EACCES)
        refuse(t, ZG_CLI_CANNOT_RUN, zg_cli_format("%s is not executable", program));
    else if (rc != 0)
        refuse(t, ZG_CLI_NOT_FOUND, zg_cli_format("%s: not found", program));
    if (t->status != ZG_CLI_OK)
        return;
    zg_str_copy(t->image, sizeof(t->image), t->path);
    look_at_image(t, program);
    if (t->status == ZG_CLI_OK && !t->unread)
        check_image(t, guard);
}

void zg_target_free(struct zg_target *t)
{
    zg_elf_free(&t->elf);
    free(t->why);
    t->why = NULL;
}
