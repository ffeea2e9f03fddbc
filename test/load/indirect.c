/* SPDX-License-Identifier: MPL-2.0 */
/* A program that reaches libzmq through a library of its own. */
#include <string.h>

int plugin_run(int wrong);

int main(int argc, char **argv)
{
    return plugin_run(argc > 1 && strcmp(argv[1], "wrong") == 0);
}
