/* SPDX-License-Identifier: MPL-2.0 */
/* zmqguard: runs a program under libzmqguard.so. */
#include "cli/cli.h"

int main(int argc, char **argv)
{
    return zg_cli_run(argc, argv);
}
