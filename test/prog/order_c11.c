/* SPDX-License-Identifier: MPL-2.0 */
/* C11: two threads take turns by mtx and cnd, with timed waits; made once by call_once().
 * zg: expect silent
 * zg: runs 100 */
#include <threads.h>
#include <time.h>

#include "order.h"

static once_flag made = ONCE_FLAG_INIT;
static mtx_t mutex;
static cnd_t changed;
static void *context, *socket_;
static int turn;

static void make(void)
{
    context = zmq_ctx_new();
    socket_ = make_socket(context);
    use(socket_);
}

static void wait_for_turn(int me, int how)
{
    struct timespec until;

    while (turn != me) {
        timespec_get(&until, TIME_UTC);
        until.tv_nsec += how % 2 ? 100000 : 0;
        until.tv_sec += until.tv_nsec >= 1000000000 ? 1 : how % 2 ? 0 : 60;
        until.tv_nsec %= 1000000000;
        if (how % 3)
            cnd_timedwait(&changed, &mutex, &until);
        else
            cnd_wait(&changed, &mutex);
    }
}

static int run(void *number)
{
    int me = (int)(long)number;

    call_once(&made, make);
    for (int i = 0; i < 100; i++) {
        mtx_lock(&mutex);
        wait_for_turn(me, i);
        use(socket_);
        turn = 1 - me;
        cnd_signal(&changed);
        mtx_unlock(&mutex);
    }
    return me;
}

int main(void)
{
    thrd_t threads[2];
    int result;

    mtx_init(&mutex, mtx_timed);
    cnd_init(&changed);
    for (long i = 0; i < 2; i++)
        thrd_create(&threads[i], run, (void *)i);
    for (int i = 0; i < 2; i++) {
        thrd_join(threads[i], &result);
        CHECK(result == i);
    }
    zmq_close(socket_);
    zmq_ctx_term(context);
    mtx_destroy(&mutex);
    cnd_destroy(&changed);
    return 0;
}
