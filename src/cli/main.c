/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard: runs a program under libzmqguard.so, and works on its reports and on binaries. */
#include <string.h>

#include "cli/cli.h"

static const struct {
    const char *name;
    int (*run)(int argc, char **argv);
} subcommands[] = {
    {"run", zg_cli_run},     {"report", zg_cli_report},   {"symbolize", zg_cli_symbolize},
    {"check", zg_cli_check}, {"inspect", zg_cli_inspect},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; argc > 1 && i < ZG_COUNT(subcommands); i++)
        if (strcmp(argv[1], subcommands[i].name) == 0)
            return subcommands[i].run(argc - 1, argv + 1);
    return zg_cli_run(argc, argv);
}
