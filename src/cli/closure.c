/* SPDX-License-Identifier: MPL-2.0 */
/* Asks the loader for a file's dependencies. */
#include "cli/closure.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/elf.h"

static void add(char ***list, size_t *count, const char *text, size_t len)
{
    *list = zg_cli_grow(*list, *count + 1, sizeof(**list));
    (*list)[(*count)++] = zg_cli_format("%.*s", (int)len, text);
}

/* "\tNAME => PATH (0x…)", "\tPATH (0x…)", "\tNAME => not found"; linux-vdso has no path. */
static void take_line(struct zg_closure *c, char *line)
{
    char *arrow = strstr(line, " => ");
    char *path = arrow == NULL ? line + strspn(line, "\t ") : arrow + 4;
    char *end = strstr(path, " (0x");

    if (arrow != NULL && strncmp(path, "not found", 9) == 0) {
        line += strspn(line, "\t ");
        add(&c->missing, &c->missing_count, line, (size_t)(arrow - line));
    } else if (end != NULL && path[0] == '/') {
        add(&c->paths, &c->count, path, (size_t)(end - path));
    }
}

static pid_t list(const char *path, int out)
{
    struct zg_elf self;
    posix_spawn_file_actions_t actions;
    char *argv[] = {NULL, "--list", (char *)path, NULL};
    pid_t child = -1;

    if (zg_elf_read("/proc/self/exe", &self) != 0)
        return -1;
    argv[0] = self.interpreter;
    unsetenv("LD_PRELOAD");
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", 1, 0);
    if (posix_spawn(&child, argv[0], &actions, NULL, argv, environ) != 0)
        child = -1;
    posix_spawn_file_actions_destroy(&actions);
    zg_elf_free(&self);
    return child;
}

int zg_closure_of(const char *path, struct zg_closure *c)
{
    char *line = NULL;
    size_t cap = 0;
    int ends[2], status = -1;
    pid_t child;
    FILE *in;

    memset(c, 0, sizeof(*c));
    add(&c->paths, &c->count, path, strlen(path));
    if (pipe2(ends, O_CLOEXEC) != 0)
        return -ZG_EINVAL;
    child = list(path, ends[1]);
    close(ends[1]);
    in = fdopen(ends[0], "re");
    while (in != NULL && getline(&line, &cap, in) > 0)
        take_line(c, line);
    free(line);
    if (in != NULL)
        fclose(in);
    while (child > 0 && waitpid(child, &status, 0) < 0 && errno == EINTR)
        ;
    return child > 0 && (status == 0 || c->missing_count > 0) ? 0 : -ZG_EINVAL;
}

void zg_closure_free(struct zg_closure *c)
{
    for (size_t i = 0; i < c->count; i++)
        free(c->paths[i]);
    for (size_t i = 0; i < c->missing_count; i++)
        free(c->missing[i]);
    free(c->paths);
    free(c->missing);
    memset(c, 0, sizeof(*c));
}
