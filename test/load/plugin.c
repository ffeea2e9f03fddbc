/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin that is linked with libzmq; with -DPROGRAM a program that is. */
#include "misuse.h"

#include <string.h>

int plugin_run(int wrong);
int plugin_run(int wrong)
{
    return misuse(wrong);
}

#ifdef PROGRAM
int main(int argc, char **argv)
{
    return plugin_run(argc > 1 && strcmp(argv[1], "wrong") == 0);
}
#endif
