/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard symbolize: names and lines for addresses, in this machine's files or another's. */
#include "cli/symbolize.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"

static const char usage[] =
    "usage: zmqguard symbolize [--debug-path=DIR[:DIR…]] [--sysroot=DIR] [LOG…]\n"
    "       zmqguard symbolize --pipe\n"
    "\n"
    "Fills function, file and line into the frames of text reports or JSON records that were\n"
    "made where the debug information is not; - or no LOG reads standard input. Files are\n"
    "matched by build-id; debuginfod is asked where DEBUGINFOD_URLS is set.\n";

struct choices {
    char *debug_path;
    const char *sysroot;
    bool pipe;
};

/* Whole paths: files are looked for from elsewhere. One that is not there is a mistake. */
static void add_directory(struct choices *c, const char *list)
{
    char *copy = zg_cli_copy(list), *rest = copy, *dir;

    while ((dir = strsep(&rest, ":")) != NULL) {
        char *whole = realpath(dir, NULL), *longer;

        if (whole == NULL)
            zg_cli_usage("symbolize: --debug-path=%s: %s", dir, strerror(errno));
        longer = c->debug_path == NULL ? zg_cli_copy(whole)
                                       : zg_cli_format("%s:%s", c->debug_path, whole);
        free(c->debug_path);
        c->debug_path = longer;
        free(whole);
    }
    free(copy);
}

/* Returns the index of the first operand. */
static int read_choices(struct choices *c, int argc, char **argv)
{
    int i;

    for (i = 1; i < argc && argv[i][0] == '-' && argv[i][1] != '\0'; i++) {
        const char *debug_path = zg_cli_value(argv[i], "debug-path");
        const char *sysroot = zg_cli_value(argv[i], "sysroot");

        if (strcmp(argv[i], "--help") == 0) {
            fputs(usage, stdout);
            exit(ZG_CLI_OK);
        }
        if (strcmp(argv[i], "--pipe") == 0)
            c->pipe = true;
        else if (debug_path != NULL)
            add_directory(c, debug_path);
        else if (sysroot != NULL)
            c->sysroot = sysroot;
        else
            zg_cli_usage("symbolize: unknown option %s; see zmqguard symbolize --help", argv[i]);
    }
    return i;
}

static int one_log(struct zg_symbols *s, const char *path)
{
    FILE *in = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");

    if (in == NULL) {
        zg_cli_say("%s: %s", path, strerror(errno));
        return ZG_CLI_USAGE;
    }
    zg_symbolize_log(s, in, stdout);
    if (in != stdin)
        fclose(in);
    return ZG_CLI_OK;
}

int zg_cli_symbolize(int argc, char **argv)
{
    struct choices c = {0};
    int first = read_choices(&c, argc, argv), status = ZG_CLI_OK;
    struct zg_symbols *s = zg_symbols_new(c.debug_path, c.sysroot);

    if (c.pipe)
        zg_symbolize_pipe(s, stdin, stdout);
    else if (first == argc)
        status = one_log(s, "-");
    for (int i = first; i < argc && !c.pipe; i++) {
        int rc = one_log(s, argv[i]);

        status = rc > status ? rc : status;
    }
    zg_symbols_free(s);
    free(c.debug_path);
    if (fflush(stdout) != 0 && status == ZG_CLI_OK)
        status = ZG_CLI_USAGE;
    return status;
}
