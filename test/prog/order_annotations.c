/* SPDX-License-Identifier: MPL-2.0 */
/* Hand-overs by the program's own atomics, told by annotations.
 * zg: expect silent
 * zg: runs 20 */
#include "order.h"
#include "zmqguard.h"

#ifndef RELEASE
#define RELEASE ZMQGUARD_RELEASE
#endif

void AnnotateHappensBefore(const char *file, int line, const volatile void *p)
    __attribute__((weak));
void AnnotateHappensAfter(const char *file, int line, const volatile void *p) __attribute__((weak));

static void *run(void *socket)
{
    await(1);
    ZMQGUARD_ACQUIRE(&step);
    use(socket);
    ZMQGUARD_HANDOFF(socket);
    reached(2);
    await(3);
    if (AnnotateHappensAfter)
        AnnotateHappensAfter(__FILE__, __LINE__, &step);
    use(socket);
    ZMQGUARD_HANDOFF(socket);
    reached(4);
    await(5);
    ZMQGUARD_IGNORE_BEGIN();
    use(socket);
    ZMQGUARD_IGNORE_END();
    return NULL;
}

int main(void)
{
    void *context = zmq_ctx_new();
    void *socket = make_socket(context);
    const char *options = getenv("ZMQGUARD_OPTIONS");
    pthread_t thread;

    CHECK(zmqguard_active() == (options != NULL));
    pthread_create(&thread, NULL, run, socket);
    use(socket);
    RELEASE(&step);
    reached(1);
    await(2);
    use(socket);
    if (AnnotateHappensBefore)
        AnnotateHappensBefore(__FILE__, __LINE__, &step);
    reached(3);
    await(4);
    use(socket);
    reached(5);
    pthread_join(thread, NULL);
    zmq_close(socket);
    zmq_ctx_term(context);
    return 0;
}
