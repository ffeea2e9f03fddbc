/* SPDX-License-Identifier: MPL-2.0 */
/* The first socket of the process is made and used by a run-once function; another thread that
 * comes to the same "once" later goes on using it. Nothing else orders them. POSIX and C11.
 * zg: expect silent
 * zg: runs 20 */
#include <threads.h>

#include "order.h"

static pthread_once_t made = PTHREAD_ONCE_INIT;
static once_flag made_too = ONCE_FLAG_INIT;
static void *context, *sockets[2];

static void make(void)
{
    context = zmq_ctx_new();
    sockets[0] = make_socket(context);
    use(sockets[0]);
}

static void make_too(void)
{
    sockets[1] = make_socket(context);
    use(sockets[1]);
}

static void *run(void *unused)
{
    pthread_once(&made, make);
    call_once(&made_too, make_too);
    reached(1);
    return unused;
}

int main(void)
{
    pthread_t thread;

    pthread_create(&thread, NULL, run, NULL);
    await(1);
    pthread_once(&made, make);
    use(sockets[0]);
    call_once(&made_too, make_too);
    use(sockets[1]);
    pthread_join(thread, NULL);
    zmq_close(sockets[0]);
    zmq_close(sockets[1]);
    zmq_ctx_term(context);
    return 0;
}
