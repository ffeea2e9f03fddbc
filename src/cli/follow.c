/* SPDX-License-Identifier: MPL-2.0 */
/* Waits for records that are appended to files. A file may be replaced, or not exist yet. */
#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "cli/cli.h"
#include "cli/inputs.h"
#include "cli/report.h"

#define PAUSE_NS 200000000L

/* A file and how far it was read. */
struct followed {
    char *path;
    int fd; /* -1: not there yet */
    dev_t dev;
    ino_t ino;
    char *text; /* of the line that is not complete yet */
    size_t len;
};

struct follower {
    struct followed *files;
    size_t count;
    void (*take)(struct zg_record *r, void *arg);
    void *arg;
};

static void take_line(const struct follower *f, const struct followed *file, const char *line,
                      size_t len)
{
    enum zg_record_fault fault = ZG_RECORD_BINARY;
    bool is_text = strlen(line) == len;

    do {
        const char *rest = NULL;
        struct zg_record *r = is_text ? zg_record_read(line, &rest, &fault) : NULL;

        if (r != NULL)
            f->take(r, f->arg);
        else if (!is_text || line[strspn(line, " \t\r")] != '\0')
            zg_cli_say("%s: %s; left out", file->path, zg_record_fault_text(fault));
        line = rest;
    } while (line != NULL);
}

/* Hands out the complete lines and keeps the rest. */
static void take_lines(const struct follower *f, struct followed *file)
{
    char *start = file->text, *end;

    while ((end = memchr(start, '\n', file->len - (size_t)(start - file->text))) != NULL) {
        *end = '\0';
        take_line(f, file, start, (size_t)(end - start));
        start = end + 1;
    }
    file->len -= (size_t)(start - file->text);
    memmove(file->text, start, file->len);
}

static bool read_more(const struct follower *f, struct followed *file)
{
    char piece[65536];
    ssize_t n;
    bool any = false;

    while (file->fd >= 0 && (n = read(file->fd, piece, sizeof(piece))) > 0) {
        file->text = zg_cli_grow(file->text, file->len + (size_t)n, 1);
        memcpy(file->text + file->len, piece, (size_t)n);
        file->len += (size_t)n;
        take_lines(f, file);
        any = true;
    }
    return any;
}

/* Starts again at the beginning when the name belongs to another file now, or the file was cut. */
static void reopen(struct followed *file)
{
    struct stat st;

    if (stat(file->path, &st) != 0 || S_ISDIR(st.st_mode))
        return;
    if (file->fd >= 0 && st.st_dev == file->dev && st.st_ino == file->ino) {
        if (st.st_size < lseek(file->fd, 0, SEEK_CUR))
            lseek(file->fd, 0, SEEK_SET);
        return;
    }
    if (file->fd > STDIN_FILENO)
        close(file->fd);
    file->fd = open(file->path, O_RDONLY | O_CLOEXEC);
    file->len = 0;
    if (file->fd >= 0 && fstat(file->fd, &st) == 0) {
        file->dev = st.st_dev;
        file->ino = st.st_ino;
    }
}

static void add_file(struct follower *f, const char *path)
{
    for (size_t i = 0; i < f->count; i++)
        if (strcmp(f->files[i].path, path) == 0)
            return;
    f->files = zg_cli_grow(f->files, f->count + 1, sizeof(*f->files));
    f->files[f->count++] = (struct followed){.path = zg_cli_copy(path), .fd = -1};
    if (strcmp(path, "-") == 0)
        f->files[f->count - 1].fd = STDIN_FILENO;
}

/* Adds the path, or all files that are in the directory by now. */
static void look_for_files(struct follower *f, const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;

    if (dir == NULL) {
        add_file(f, path);
        return;
    }
    while ((entry = readdir(dir)) != NULL) {
        char *name = zg_cli_format("%s/%s", path, entry->d_name);
        struct stat st;

        if (stat(name, &st) == 0 && S_ISREG(st.st_mode))
            add_file(f, name);
        free(name);
    }
    closedir(dir);
}

void zg_inputs_follow(char **paths, size_t count, void (*take)(struct zg_record *r, void *arg),
                      void *arg)
{
    static const struct timespec pause = {.tv_nsec = PAUSE_NS};
    struct follower f = {.take = take, .arg = arg};

    for (;;) {
        bool any = false;

        for (size_t i = 0; i < count; i++)
            look_for_files(&f, paths[i]);
        for (size_t i = 0; i < f.count; i++) {
            any |= read_more(&f, &f.files[i]);
            if (strcmp(f.files[i].path, "-") != 0)
                reopen(&f.files[i]);
        }
        if (!any)
            nanosleep(&pause, NULL);
    }
}
