/* SPDX-License-Identifier: MPL-2.0 */
/* zg: link -lzmq */
/* libzmq's socket types: which are thread-safe, as the installed libzmq has it. */
#include <zmq.h>

#include "model/socket.h"
#include "unit/suite.h"

#define TYPES       21 /* ZMQ_PAIR to ZMQ_CHANNEL */
#define THREAD_SAFE 81 /* ZMQ_THREAD_SAFE */

START_TEST(thread_safe_types_are_libzmqs)
{
    void *context = zmq_ctx_new();
    int made = 0;

    for (int type = 0; type < TYPES; type++) {
        void *socket = zmq_socket(context, type);
        int thread_safe = -1;
        size_t len = sizeof(thread_safe);

        if (socket == NULL) /* a type that this libzmq lacks */
            continue;
        made++;
        ck_assert_int_eq(zmq_getsockopt(socket, THREAD_SAFE, &thread_safe, &len), 0);
        ck_assert_msg(zg_socket_type_is_thread_safe(type) == (thread_safe != 0), "%s",
                      zg_socket_type_name(type));
        ck_assert_int_eq(zmq_close(socket), 0);
    }
    ck_assert_int_ge(made, 11); /* 4.1 has so many */
    ck_assert_int_eq(zmq_ctx_term(context), 0);
}
END_TEST

START_TEST(numbers_beyond_the_types_have_no_name)
{
    ck_assert_str_eq(zg_socket_type_name(-1), "?");
    ck_assert_str_eq(zg_socket_type_name(TYPES - 1), "CHANNEL");
    ck_assert_str_eq(zg_socket_type_name(TYPES), "?");
    ck_assert(!zg_socket_type_is_thread_safe(-1));
    ck_assert(!zg_socket_type_is_thread_safe(TYPES));
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("socket");

    tcase_add_test(t, thread_safe_types_are_libzmqs);
    tcase_add_test(t, numbers_beyond_the_types_have_no_name);
    return run_suite("socket", t);
}
