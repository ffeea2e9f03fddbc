/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin, linked with one copy of libzmq. */
#define Z(f) f
#include "copies.h"

int plugin_run(int wrong);
int plugin_run(int wrong)
{
    return one_round(wrong);
}
