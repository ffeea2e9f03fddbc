/* SPDX-License-Identifier: MPL-2.0 */
/* Reads records out of files and directories, and remembers what may hide a finding. */
#include "cli/inputs.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"
#include "cli/report.h"

#define NAMED_LINES 3  /* of a file and fault; the others are only counted */
#define DEPTH       16 /* directories in directories */

struct input {
    const char *path;
    unsigned long line, records, bad[ZG_RECORD_FAULTS];
    bool is_empty;
    struct zg_reading *reading;
};

static void problem(struct zg_reading *reading, char *text)
{
    struct zg_groups *g = reading->groups;

    zg_cli_say("%s", text);
    g->problems = zg_cli_grow(g->problems, g->problem_count + 1, sizeof(*g->problems));
    g->problems[g->problem_count++] = text;
}

static void refuse(struct input *in, enum zg_record_fault fault)
{
    if (in->bad[fault]++ < NAMED_LINES)
        zg_cli_say("%s:%lu: %s; left out", in->path, in->line, zg_record_fault_text(fault));
}

static void take_text(struct input *in, const char *text)
{
    while (text != NULL) {
        enum zg_record_fault fault = ZG_RECORD_FOREIGN;
        const char *rest = NULL;
        struct zg_record *r = zg_record_read(text, &rest, &fault);

        if (r == NULL)
            refuse(in, fault);
        else
            in->reading->take(r, in->reading->arg);
        in->records += r != NULL;
        text = rest;
    }
}

static void take_line(struct input *in, const char *text, size_t len)
{
    bool is_text = strlen(text) == len;

    in->line++;
    if (is_text && text[strspn(text, " \t\r\n")] == '\0')
        return;
    in->is_empty = false;
    if (is_text)
        take_text(in, text);
    else
        refuse(in, ZG_RECORD_BINARY);
}

static void judge(struct input *in)
{
    for (enum zg_record_fault f = ZG_RECORD_FOREIGN; f < ZG_RECORD_FAULTS; f++) {
        if (in->bad[f] > NAMED_LINES)
            zg_cli_say("%s: %lu lines left out in all: %s", in->path, in->bad[f],
                       zg_record_fault_text(f));
        if (in->bad[f] > 0 && f != ZG_RECORD_FOREIGN)
            problem(in->reading,
                    zg_cli_format("%s: findings may be missing: %lu line%s %s", in->path,
                                  in->bad[f], in->bad[f] == 1 ? " is" : "s are each",
                                  zg_record_fault_text(f)));
    }
    if (in->records == 0 && !in->is_empty && in->bad[ZG_RECORD_FOREIGN] > 0)
        zg_cli_say("%s: holds no record", in->path);
    in->reading->records += in->records;
}

static void read_stream(struct input *in, FILE *f)
{
    char *text = NULL;
    size_t cap = 0;
    ssize_t len;

    while ((len = getline(&text, &cap, f)) > 0)
        take_line(in, text, (size_t)len);
    if (ferror(f))
        problem(in->reading, zg_cli_format("%s: %s", in->path, strerror(errno)));
    free(text);
    judge(in);
}

static void fault_of_path(struct zg_reading *reading, const char *path, const char *why)
{
    char *shown = zg_cli_printable(path);

    problem(reading, zg_cli_format("%s: %s", shown, why));
    free(shown);
}

static void leave_out(const char *path)
{
    char *shown = zg_cli_printable(path);

    zg_cli_say("%s: not a regular file; left out", shown);
    free(shown);
}

static void read_file(struct zg_reading *reading, const char *path)
{
    FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
    char *shown;

    if (f == NULL) {
        fault_of_path(reading, path, strerror(errno));
        return;
    }
    shown = zg_cli_printable(path);
    read_stream(&(struct input){.path = shown, .reading = reading, .is_empty = true}, f);
    free(shown);
    if (f != stdin)
        fclose(f);
}

static int is_entry(const struct dirent *entry)
{
    return strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0;
}

/* Hidden files as well: log_path=DIR/ makes some. A link to a directory is not followed: that may
 * be a way back up. */
static void read_directory(struct zg_reading *reading, const char *path, unsigned depth)
{
    struct dirent **entries = NULL;
    int n = scandir(path, &entries, is_entry, alphasort);

    if (n < 0 || depth == DEPTH) {
        fault_of_path(reading, path, n < 0 ? strerror(errno) : "too deep");
        return;
    }
    for (int i = 0; i < n; i++) {
        char *name = zg_cli_format("%s/%s", path, entries[i]->d_name);
        struct stat st, link;

        if (stat(name, &st) != 0 || lstat(name, &link) != 0)
            fault_of_path(reading, name, strerror(errno));
        else if (S_ISREG(st.st_mode))
            read_file(reading, name);
        else if (S_ISDIR(link.st_mode))
            read_directory(reading, name, depth + 1);
        else
            leave_out(name);
        free(name);
        free(entries[i]);
    }
    free(entries);
}

void zg_inputs_read(struct zg_reading *reading, char **paths, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct stat st;

        if (stat(paths[i], &st) == 0 && S_ISDIR(st.st_mode))
            read_directory(reading, paths[i], 0);
        else
            read_file(reading, paths[i]);
    }
    if (reading->records == 0 && !reading->may_be_empty)
        problem(reading, zg_cli_copy("no record was read, so nothing is known: was the program "
                                     "run by zmqguard run --job=DIR, or with format=json and "
                                     "summary=1? (--allow-empty takes this for no findings)"));
}
