/* SPDX-License-Identifier: MPL-2.0 */
/* Handed over to a thread that libc makes for a notification: of a timer that was set, of a message
 * that came, of an address that was found. No hook sees it being made. */
/* zg: expect silent */
/* zg: link -lrt -lanl */
#include <fcntl.h>
#include <mqueue.h>
#include <netdb.h>
#include <semaphore.h>
#include <signal.h>

#include "order.h"

static sem_t done;
static void *context;

static void on_event(union sigval value)
{
    use(value.sival_ptr);
    zmq_close(value.sival_ptr);
    sem_post(&done);
}

static struct sigevent with_socket(void)
{
    struct sigevent event = {.sigev_notify = SIGEV_THREAD, .sigev_notify_function = on_event};

    event.sigev_value.sival_ptr = make_socket(context);
    return event;
}

static void by_timer(void)
{
    struct sigevent event = with_socket();
    struct itimerspec soon = {.it_value.tv_nsec = 1};
    timer_t timer;

    CHECK(timer_create(CLOCK_MONOTONIC, &event, &timer) == 0);
    use(event.sigev_value.sival_ptr);
    CHECK(timer_settime(timer, 0, &soon, NULL) == 0);
    CHECK(sem_wait(&done) == 0);
    timer_delete(timer);
}

static void by_message(void)
{
    struct sigevent event = with_socket();
    struct mq_attr attr = {.mq_maxmsg = 1, .mq_msgsize = 8};
    char name[32];
    mqd_t queue;

    snprintf(name, sizeof(name), "/notify-%d", (int)getpid());
    queue = mq_open(name, O_CREAT | O_EXCL | O_RDWR, 0600, &attr);
    if (queue == (mqd_t)-1) { /* a kernel or a sandbox without them */
        on_event(event.sigev_value);
        return;
    }
    mq_unlink(name);
    CHECK(mq_notify(queue, &event) == 0);
    use(event.sigev_value.sival_ptr);
    CHECK(mq_send(queue, "x", 1, 0) == 0);
    CHECK(sem_wait(&done) == 0);
    mq_close(queue);
}

static void by_address(void)
{
    struct sigevent event = with_socket();
    struct gaicb request = {.ar_name = "127.0.0.1"}, *list[] = {&request};

    use(event.sigev_value.sival_ptr);
    CHECK(getaddrinfo_a(GAI_NOWAIT, list, 1, &event) == 0);
    CHECK(sem_wait(&done) == 0);
    freeaddrinfo(request.ar_result);
}

int main(void)
{
    context = zmq_ctx_new();
    CHECK(sem_init(&done, 0, 0) == 0);
    by_timer();
    by_message();
    by_address();
    zmq_ctx_term(context);
    return 0;
}
