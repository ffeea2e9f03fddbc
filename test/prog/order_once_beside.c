/* SPDX-License-Identifier: MPL-2.0 */
/* What stands before a pthread_once_t is looked at, for it may be a future's state: numbers there,
 * which are no addresses, do no harm. */
/* zg: expect silent */
#include <stdint.h>

#include "order.h"

static void nothing(void)
{
}

int main(void)
{
    static struct {
        _Alignas(64) uint64_t numbers[3];
        pthread_once_t once;
    } beside[64];
    void *context = zmq_ctx_new(), *socket = make_socket(context);

    use(socket);
    for (uint64_t i = 0; i < 64; i++) {
        beside[i].once = PTHREAD_ONCE_INIT;
        for (int k = 0; k < 3; k++)
            beside[i].numbers[k] = k < 2 ? i : 0;
        pthread_once(&beside[i].once, nothing);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
