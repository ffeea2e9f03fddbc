/* SPDX-License-Identifier: MPL-2.0 */
/* The JSON form: valid whatever stands in a finding, complete, and one line. */
// zg: link -ljansson
#include <jansson.h>
#include <stdlib.h>

#include "base/sys.h"
#include "report/json.h"
#include "sample.h"
#include "unit/suite.h"

static char text[ZG_JSON_BYTES];

static json_t *written_in(struct zg_report *r, size_t cap)
{
    struct zg_buf b = zg_buf_on(text, cap);
    json_error_t error;
    json_t *j;

    zg_chain_place(r);
    zg_json_write(r, &b);
    ck_assert_uint_eq(strcspn(text, "\n"), strlen(text) - 1);
    j = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    ck_assert_msg(j != NULL, "%s at %d of %s", error.text, error.position, text);
    return j;
}

static json_t *written(struct zg_report *r)
{
    return written_in(r, sizeof(text));
}

#define string_is(object, key, value)                                                              \
    ck_assert_str_eq(json_string_value(json_object_get(object, key)), value)
#define number_is(object, key, value)                                                              \
    ck_assert_int_eq(json_integer_value(json_object_get(object, key)), value)

static json_t *frame(json_t *j, size_t event, size_t n)
{
    json_t *e = json_array_get(json_object_get(j, "events"), event);

    return json_array_get(json_object_get(e, "frames"), n);
}

START_TEST(all_that_the_text_shows)
{
    json_t *j = written(sample());
    json_t *e = json_array_get(json_object_get(j, "events"), 1);
    json_t *f = frame(j, 0, 0);
    json_t *line = json_array_get(json_object_get(f, "lines"), 0);
    json_t *thread = json_array_get(json_object_get(j, "threads"), 1);

    number_is(j, "zmqguard", 1);
    string_is(j, "record", "finding");
    string_is(j, "kind", "cross-thread-use");
    string_is(j, "severity", "error");
    string_is(j, "sentence", "zmq_send() on a PUSH socket by thread T3, owned by thread T2");
    number_is(j, "pid", 4711);
    string_is(j, "time", "2026-11-21T17:00:00.123456Z");
    string_is(j, "where", "/src/app/pipeline.c:41 in send_one");
    string_is(j, "suppression",
              "cross-thread-use:^zmq_send<send_one<worker$ with ^zmq_send<libapp.so.1+0x99$");
    ck_assert_uint_eq(strlen(json_string_value(json_object_get(j, "fingerprint"))), 16);
    ck_assert_ptr_nonnull(json_object_get(j, "host"));
    ck_assert_ptr_nonnull(json_object_get(j, "exe"));
    ck_assert_ptr_nonnull(json_object_get(j, "rule"));
    ck_assert_ptr_nonnull(json_object_get(j, "fix"));
    string_is(thread, "name", "worker-a");
    ck_assert(json_is_true(json_object_get(thread, "finished")));
    number_is(thread, "creator", 1);
    string_is(json_array_get(json_object_get(j, "objects"), 0), "endpoints", "bound inproc://q");
    string_is(e, "role", "last-use");
    string_is(e, "op", "zmq_send");
    number_is(e, "call", 17);
    number_is(e, "age_ns", 98000000);
    string_is(f, "module", "/opt/bin/pipeline");
    string_is(f, "offset", "0x1a2f");
    string_is(f, "pc", "0x550000001a2f");
    string_is(f, "build_id", "9f3c01");
    string_is(f, "symbol", "worker");
    string_is(line, "function", "send_one");
    string_is(line, "file", "/src/app/pipeline.c");
    number_is(line, "line", 41);
    number_is(line, "column", 7);
    ck_assert_ptr_null(json_object_get(j, "cut"));
    json_decref(j);
}
END_TEST

START_TEST(outside_text_is_escaped)
{
    struct zg_report *r = sample();
    json_t *j;
    json_t *e;

    sample_endpoint();
    strcpy(sample_finding.threads[0].name, "\"\\\n\x01\xff{");
    j = written(r);
    e = json_object_get(j, "endpoint");
    string_is(json_array_get(json_object_get(j, "threads"), 0), "name", "\"\\x5c\\x0a\\x01\\xff{");
    string_is(e, "uri", "ipc:///tmp/a\\x0ab\\x1b[2J\\xff\\x5c");
    string_is(e, "umask", "0000");
    string_is(json_array_get(json_object_get(e, "components"), 1), "mode", "0777");
    string_is(json_object_get(e, "peer"), "exe", "/bin/x\\x0ay");
    for (const char *p = text; p[1] != '\0'; p++)
        ck_assert(*p >= ' ' && *p <= '~');
    json_decref(j);
}
END_TEST

static uint32_t state = 12345;

static void garble(void *p, size_t n)
{
    unsigned char *c = p;

    for (size_t i = 0; i + 1 < n; i++) {
        state = state * 1664525 + 1013904223;
        c[i] = (unsigned char)(state >> 24);
    }
    c[n - 1] = '\0';
}

START_TEST(frames_that_are_not_followed)
{
    struct zg_report *r = sample();
    json_t *j;

    sample_traces.of[0].unfollowed = "libjvm.so";
    j = written(r);
    string_is(json_array_get(json_object_get(j, "events"), 0), "unfollowed", "libjvm.so");
    json_decref(j);
}
END_TEST

/* Every text of a finding is anything at all: the record stays valid. */
START_TEST(valid_whatever_it_holds)
{
    for (int i = 0; i < 200; i++) {
        struct zg_report *r = sample();
        struct zg_finding *f = sample_endpoint();

        garble(f->sentence, sizeof(f->sentence));
        garble(f->lines[0], sizeof(f->lines[0]));
        garble(f->fix, sizeof(f->fix));
        garble(f->threads[0].name, sizeof(f->threads[0].name));
        garble(f->objects[0].endpoints, sizeof(f->objects[0].endpoints));
        garble(f->events[0].note, sizeof(f->events[0].note));
        garble(f->endpoint.uri, sizeof(f->endpoint.uri));
        garble(f->endpoint.components[0].path, sizeof(f->endpoint.components[0].path));
        garble(f->endpoint.peer_exe, sizeof(f->endpoint.peer_exe));
        json_decref(written(r));
    }
}
END_TEST

START_TEST(too_long_loses_frames_not_form)
{
    struct zg_report *r = sample();
    json_t *j;

    for (uint32_t e = 0; e < sample_finding.event_count; e++) {
        sample_traces.of[e].count = ZG_STACK_FRAMES;
        for (uint32_t i = 0; i < ZG_STACK_FRAMES; i++)
            sample_traces.of[e].places[i] = AT_WORKER;
    }
    j = written_in(r, 20000);
    ck_assert(json_is_true(json_object_get(j, "cut")));
    string_is(frame(j, 0, 0), "symbol", "worker");
    json_decref(j);
    j = written(r);
    ck_assert_ptr_null(json_object_get(j, "cut"));
    json_decref(j);
}
END_TEST

START_TEST(test_attribution)
{
    json_t *j;

    /* Set while the program runs, as pytest does. */
    setenv("PYTEST_CURRENT_TEST", "test_a.py::test_b (call)", 1);
    setenv("TEST_TARGET", "//a:b", 1);
    j = written(sample());
    string_is(json_object_get(j, "test"), "PYTEST_CURRENT_TEST", "test_a.py::test_b (call)");
    string_is(json_object_get(j, "test"), "TEST_TARGET", "//a:b");
    json_decref(j);
    unsetenv("PYTEST_CURRENT_TEST");
    j = written(sample());
    ck_assert_ptr_null(json_object_get(json_object_get(j, "test"), "PYTEST_CURRENT_TEST"));
    json_decref(j);
}
END_TEST

START_TEST(notice)
{
    struct zg_buf b = zg_buf_on(text, sizeof(text));
    json_t *j;

    zg_json_notice("a \"line\"", &b);
    j = json_loads(text, 0, NULL);
    ck_assert_ptr_nonnull(j);
    string_is(j, "record", "notice");
    string_is(j, "text", "a \"line\"");
    json_decref(j);
}
END_TEST

START_TEST(dates)
{
    ck_assert_uint_eq(zg_sys_date_of(0), 19700101);
    ck_assert_uint_eq(zg_sys_date_of(951782400), 20000229);
    ck_assert_uint_eq(zg_sys_date_of(1709251199), 20240229);
    ck_assert_uint_eq(zg_sys_date_of(4107542400), 21000301);
    ck_assert_uint_eq(zg_sys_date_of(1798761599), 20261231);
}
END_TEST

int main(void)
{
    TCase *tc = tcase_create("json");

    tcase_add_test(tc, all_that_the_text_shows);
    tcase_add_test(tc, outside_text_is_escaped);
    tcase_add_test(tc, frames_that_are_not_followed);
    tcase_add_test(tc, valid_whatever_it_holds);
    tcase_add_test(tc, too_long_loses_frames_not_form);
    tcase_add_test(tc, test_attribution);
    tcase_add_test(tc, notice);
    tcase_add_test(tc, dates);
    return run_suite("json", tc);
}
