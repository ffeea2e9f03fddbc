/* SPDX-License-Identifier: MPL-2.0 */
/*
 * A program that contains a CPython of 3.12 or later, in whose sub-interpreter two threads use a
 * socket in turns. The lock that a sub-interpreter has to itself, on the heap, orders as little as
 * the main one's; a mutex of the program's orders (order_subinterpreter_own).
 *
 * zg: expect unproven-hand-over
 * zg: options unproven-hand-over=error
 * zg: link -rdynamic
 */
#include "subinterpreter.h"

int main(void)
{
    run_turns(PyEval_AcquireThread, PyEval_ReleaseThread);
    return 0;
}
