/* SPDX-License-Identifier: MPL-2.0 */
/*
 * pair_glib TIMES: zmq_send() and zmq_recv() of 8 bytes over an inproc PAIR by an idle source of
 * GLib's main loop, whose locks no libc call shows.
 */
#include <glib.h>
#include <zmq.h>

#include "../bench.h"

static void *ends[2];
static long left;

static gboolean exchange(gpointer loop)
{
    char bytes[8] = "";

    zmq_send(ends[0], bytes, sizeof(bytes), 0);
    zmq_recv(ends[1], bytes, sizeof(bytes), 0);
    if (--left > 0)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

static double turn(GMainLoop *loop, long times)
{
    double start = bench_cpu();

    left = times;
    g_idle_add(exchange, loop);
    g_main_loop_run(loop);
    return bench_cpu() - start;
}

int main(int argc, char **argv)
{
    long times = bench_number(argc, argv, 1, 100000);
    GMainLoop *loop = g_main_loop_new(NULL, FALSE);
    void *context = zmq_ctx_new();

    for (int i = 0; i < 2; i++)
        MUST((ends[i] = zmq_socket(context, ZMQ_PAIR)) != NULL);
    MUST(zmq_bind(ends[0], "inproc://glib") == 0);
    MUST(zmq_connect(ends[1], "inproc://glib") == 0);
    (void)turn(loop, 1000);
    bench_print(turn(loop, times), times);
    zmq_close(ends[0]);
    zmq_close(ends[1]);
    zmq_ctx_term(context);
    g_main_loop_unref(loop);
    return 0;
}
