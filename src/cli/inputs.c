/* SPDX-License-Identifier: MPL-2.0 */
/* Reads records out of files and directories; what is no record is counted, never fatal. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/report.h"

#define NAMED_LINES 3 /* of a file; the others are only counted */

struct input {
    const char *path;
    unsigned long line, bad;
    void (*take)(struct zg_record *r, void *arg);
    void *arg;
};

static void take_line(struct input *in, const char *text)
{
    const char *why;
    struct zg_record *r;

    in->line++;
    if (text[strspn(text, " \t\r\n")] == '\0')
        return;
    r = zg_record_read(text, &why);
    if (r != NULL) {
        in->take(r, in->arg);
        return;
    }
    if (in->bad++ < NAMED_LINES)
        zg_cli_say("%s:%lu: %s; left out", in->path, in->line, why);
}

static void read_stream(struct input *in, FILE *f)
{
    char *text = NULL;
    size_t cap = 0;

    while (getline(&text, &cap, f) > 0)
        take_line(in, text);
    if (ferror(f))
        zg_cli_say("%s: %s", in->path, strerror(errno));
    free(text);
    if (in->bad > NAMED_LINES)
        zg_cli_say("%s: %lu lines left out in all", in->path, in->bad);
}

static int read_file(struct input in, const char *path)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    in.path = path;
    if (f == NULL) {
        zg_cli_say("%s: %s", path, strerror(errno));
        return ZG_CLI_USAGE;
    }
    read_stream(&in, f);
    if (f != stdin)
        fclose(f);
    return ZG_CLI_OK;
}

static int is_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static int read_directory(const struct input *in, const char *path)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_visible, alphasort), status = ZG_CLI_OK;

    if (n < 0) {
        zg_cli_say("%s: %s", path, strerror(errno));
        return ZG_CLI_USAGE;
    }
    for (int i = 0; i < n; i++) {
        char *name = zg_cli_format("%s/%s", path, entries[i]->d_name);
        struct stat st;

        if (stat(name, &st) == 0 && S_ISREG(st.st_mode) && read_file(*in, name) != ZG_CLI_OK)
            status = ZG_CLI_USAGE;
        free(name);
        free(entries[i]);
    }
    free(entries);
    return status;
}

int zg_inputs_read(char **paths, size_t count, void (*take)(struct zg_record *r, void *arg),
                   void *arg)
{
    struct input in = {.take = take, .arg = arg};
    int status = ZG_CLI_OK;

    for (size_t i = 0; i < count; i++) {
        struct stat st;
        int rc;

        if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
            rc = read_directory(&in, paths[i]);
        else
            rc = read_file(in, paths[i]);
        status = rc > status ? rc : status;
    }
    return status;
}
