/* SPDX-License-Identifier: MPL-2.0 */
/* A plugin that has nothing to do with libzmq; with -DINSIDE one that has a text of it. */
#ifdef INSIDE
const char *zmq_text = "Operation cannot be accomplished in current state"; /* src/err.cpp */
#endif
int plugin_run(int wrong);
int plugin_run(int wrong)
{
    return wrong;
}
