/* SPDX-License-Identifier: MPL-2.0 */
/* Threads of OpenMP take turns in a critical section, and in loops one after the other. */
/* build: -fopenmp */
#include "order.h"

int main(void)
{
    void *context = zmq_ctx_new(), *socket = make_socket(context);

#pragma omp parallel num_threads(4)
    {
        for (int i = 0; i < 10; i++) {
#pragma omp critical
            use(socket);
        }
#pragma omp barrier
#pragma omp single
        use(socket);
    }
    use(socket);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
