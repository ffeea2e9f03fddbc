/* SPDX-License-Identifier: MPL-2.0 */
/* What endpoints' texts and security options mean. */
#include <zmq.h>

#include "model/endpoint.h"
#include "unit/suite.h"

START_TEST(knows_transports)
{
    ck_assert_int_eq(zg_uri_transport("ipc:///run/x"), ZG_TRANSPORT_IPC);
    ck_assert_int_eq(zg_uri_transport("tcp://*:1"), ZG_TRANSPORT_TCP);
    ck_assert_int_eq(zg_uri_transport("ws://*:1"), ZG_TRANSPORT_WS);
    ck_assert_int_eq(zg_uri_transport("inproc://x"), ZG_TRANSPORT_INPROC);
    ck_assert_int_eq(zg_uri_transport("wss://*:1"), ZG_TRANSPORT_WS);
    ck_assert_int_eq(zg_uri_transport("IPC://x"), ZG_TRANSPORT_OTHER);
    ck_assert_int_eq(zg_uri_transport("ipc:/x"), ZG_TRANSPORT_OTHER);
    ck_assert_int_eq(zg_uri_transport(""), ZG_TRANSPORT_OTHER);
    ck_assert_str_eq(zg_uri_address("ipc:///run/x"), "/run/x");
    ck_assert_str_eq(zg_uri_address("nothing"), "");
}
END_TEST

START_TEST(knows_forms_of_ipc_addresses)
{
    ck_assert_int_eq(zg_ipc_form("/x"), ZG_IPC_ABSOLUTE);
    ck_assert_int_eq(zg_ipc_form("x/y"), ZG_IPC_RELATIVE);
    ck_assert_int_eq(zg_ipc_form("@x"), ZG_IPC_ABSTRACT);
    ck_assert_int_eq(zg_ipc_form("*"), ZG_IPC_WILDCARD);
    ck_assert_int_eq(zg_ipc_form("*x"), ZG_IPC_WILDCARD);
    ck_assert_int_eq(zg_ipc_form(""), ZG_IPC_RELATIVE);
}
END_TEST

START_TEST(knows_loopback_addresses)
{
    static const char *const yes[] = {"127.0.0.1:5555", "127.255.0.9:1", "[::1]:5555",
                                      "[::1%1]:5555", "[::ffff:127.0.0.1]:1"};
    static const char *const no[] = {"0.0.0.0:5555",
                                     "192.168.1.1:1",
                                     "[::]:5555",
                                     "[::ffff:10.0.0.1]:1",
                                     "[::10]:1",
                                     "127.0.0:1",
                                     "127.0.0.1.evil.example:1",
                                     "127.0.0.256:1",
                                     "1270.0.0.1:1",
                                     "localhost:1",
                                     "127.0.0.1",
                                     "[::1",
                                     "*:5555",
                                     ":",
                                     ""};

    for (size_t i = 0; i < ZG_COUNT(yes); i++)
        ck_assert_msg(zg_address_is_loopback(yes[i]), "%s", yes[i]);
    for (size_t i = 0; i < ZG_COUNT(no); i++)
        ck_assert_msg(!zg_address_is_loopback(no[i]), "%s", no[i]);
}
END_TEST

/* lacks: of the endpoints that are there. */
static uint32_t set(uint32_t word, int option, bool zero, uint32_t lacks, bool expect_late)
{
    uint32_t group;

    word = zg_security_of_option(option, zero, word, &group);
    ck_assert_int_eq((group & lacks) != 0, expect_late);
    return word;
}

START_TEST(notices_options_that_come_after_the_endpoint)
{
    uint32_t lacks = zg_security_lacks(0, ZG_TRANSPORT_TCP);
    uint32_t w = set(0, ZMQ_LINGER, false, lacks, false);

    w = set(w, ZMQ_CURVE_SERVER, true, lacks, false); /* turned off: as it was */
    w = set(w, ZMQ_CURVE_SERVER, false, lacks, true);
    w = set(w, ZMQ_ZAP_DOMAIN, false, lacks, true);
    ck_assert_uint_ne(w & ZG_SECURITY_SERVER, 0);
    w = set(w, ZMQ_CURVE_SERVER, true, lacks, false);
    ck_assert_uint_eq(w & ZG_SECURITY_SERVER, 0);
}
END_TEST

START_TEST(allows_new_keys_for_the_next_server)
{
    uint32_t w = set(0, ZMQ_CURVE_SERVERKEY, false, 0, false);
    uint32_t lacks;

    w = set(w, ZMQ_CURVE_SECRETKEY, false, 0, false);
    lacks = zg_security_lacks(w, ZG_TRANSPORT_TCP);
    w = set(w, ZMQ_CURVE_SERVERKEY, false, lacks, false);
    w = set(w, ZMQ_CURVE_SECRETKEY, false, lacks, false);
    lacks |= zg_security_lacks(w, ZG_TRANSPORT_IPC);
    (void)set(w, ZMQ_PLAIN_USERNAME, false, lacks, false);
}
END_TEST

/* Of libzmq's mechanisms, in words: who is asked, and what if there is nobody. */
START_TEST(knows_when_somebody_decides_about_peers)
{
    for (uint32_t n = 0; n < 16; n++) {
        bool domain = (n & 1) != 0, enforced = (n & 2) != 0;
        bool is_null = (n & 4) != 0, handler = (n & 8) != 0;
        uint32_t word =
            (domain ? ZG_SECURITY_ZAP_DOMAIN : 0) | (enforced ? ZG_SECURITY_ZAP_ENFORCE : 0);
        bool asks = is_null || enforced ? domain : true;
        bool lets_all_in = !asks || (!handler && !enforced);

        ck_assert_int_eq(zg_security_authenticates(word, is_null, handler), !lets_all_in);
    }
}
END_TEST

START_TEST(does_not_count_inproc_endpoints)
{
    (void)set(0, ZMQ_CURVE_SERVER, false, zg_security_lacks(0, ZG_TRANSPORT_INPROC), false);
}
END_TEST

int main(void)
{
    TCase *c = tcase_create("uri");

    tcase_add_test(c, knows_transports);
    tcase_add_test(c, knows_forms_of_ipc_addresses);
    tcase_add_test(c, knows_loopback_addresses);
    tcase_add_test(c, notices_options_that_come_after_the_endpoint);
    tcase_add_test(c, allows_new_keys_for_the_next_server);
    tcase_add_test(c, knows_when_somebody_decides_about_peers);
    tcase_add_test(c, does_not_count_inproc_endpoints);
    return run_suite("uri", c);
}
