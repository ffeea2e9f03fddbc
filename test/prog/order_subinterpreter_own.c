/* SPDX-License-Identifier: MPL-2.0 */
/*
 * As order_subinterpreter, but the turns are taken under a mutex of the program's own code.
 *
 * zg: expect silent
 * zg: options unproven-hand-over=error
 * zg: link -rdynamic
 */
#include "subinterpreter.h"

int main(void)
{
    run_turns(lock_own, unlock_own);
    return 0;
}
