/* SPDX-License-Identifier: MPL-2.0 */
/* Whose code a frame is: a row for each rule, and the reader's own code that looks like it. */
#include "report/code.h"

#include "unit/suite.h"

enum whose { OWN, LIBRARY, BINDING };

static const struct {
    enum whose whose;
    struct zg_code code;
} rows[] = {
    /* function, file, module, is_script, is_program */
    {OWN, {"main", "src/main.c", "/opt/app/service", false, true}},
    {OWN, {"main", "", "/usr/lib/app/service", false, true}}, /* wherever it is installed */
    {OWN, {"run", "/home/me/lib/run.c", "/home/me/lib/librun.so", false, false}},
    {OWN, {"handler", "app/handlers.py", "", true, false}},
    {OWN, {"handler", "/srv/nodes/app.js", "", true, false}},
    {OWN, {"stdout_write", "out.c", "/opt/app/service", false, true}},
    {OWN, {"", "", "/opt/app/plugin.so", false, false}},
    {LIBRARY, {"start_thread", "", "/lib/x86_64-linux-gnu/libc.so.6", false, false}},
    {LIBRARY, {"g_main_loop_run", "", "/usr/lib/libglib-2.0.so.0", false, false}},
    {LIBRARY, {"f", "", "/usr/local/lib/libf.so", false, false}},
    {LIBRARY, {"f", "", "/lib64/libf.so", false, false}},
    {LIBRARY, {"f", "", "/nix/store/abc-f/lib/libf.so", false, false}},
    {LIBRARY, {"std::thread::_State::run", "", "/opt/app/service", false, true}},
    {LIBRARY, {"invoke", "/usr/include/c++/12/functional", "/opt/app/service", false, true}},
    {LIBRARY, {"f", "/usr/local/include/boost/f.hpp", "/opt/app/service", false, true}},
    /* As compilers name it that were told so by a pkg-config file. */
    {LIBRARY, {"f", "/usr/lib/pkgconfig/../../include/f.hh", "/opt/app/service", false, true}},
    {LIBRARY, {"f", "/../usr/./lib//../include/a/../f.hh", "/opt/app/service", false, true}},
    {OWN, {"f", "/usr/include/../../home/me/f.cc", "/opt/app/service", false, true}},
    {OWN, {"f", "../include/f.hh", "/opt/app/service", false, true}},
    {LIBRARY, {"", "", "", false, false}}, /* made at run time */
    /* Interpreters, wherever they are, and as the program itself. */
    {LIBRARY, {"_PyEval", "", "/opt/conda/bin/python3.12", false, true}},
    {LIBRARY, {"_PyEval", "", "/opt/conda/libpython3.12.so.1.0", false, false}},
    {LIBRARY, {"f", "", "/opt/pypy/bin/pypy3", false, true}},
    {LIBRARY, {"f", "", "/opt/ruby/bin/ruby", false, true}},
    {LIBRARY, {"f", "", "/opt/php/bin/php8.2", false, true}},
    {LIBRARY, {"f", "", "/opt/erlang/bin/beam.smp", false, true}},
    {LIBRARY, {"f", "", "/opt/node/bin/node", false, true}},
    {LIBRARY, {"f", "", "/opt/perl/bin/perl", false, true}},
    {LIBRARY, {"f", "", "/opt/jdk/bin/java", false, true}},
    {OWN, {"f", "", "/opt/app/node_exporter", false, true}},
    /* Packages and frameworks of languages. */
    {LIBRARY, {"f", "", "/srv/venv/lib/python3.11/site-packages/x/y.so", false, false}},
    {LIBRARY, {"f", "", "/srv/app/node_modules/x/build/addon.node", false, false}},
    {LIBRARY, {"run", "/usr/lib/python3.11/threading.py", "", true, false}},
    {LIBRARY, {"f", "/srv/venv/lib/python3.11/site-packages/_pytest/runner.py", "", true, false}},
    {LIBRARY, {"f", "/usr/lib/python3/dist-packages/pluggy/_hooks.py", "", true, false}},
    {LIBRARY, {"f", "/srv/app/node_modules/x/index.js", "", true, false}},
    {LIBRARY, {"f", "node:internal/timers", "", true, false}},
    {LIBRARY, {"<module>", "<frozen importlib._bootstrap>", "", true, false}},
    /* Bindings: cppzmq by its files and names, wherever they are; libzmq, CZMQ, pyzmq. */
    {BINDING, {"f", "third_party/zmq.hpp", "/opt/app/service", false, true}},
    {BINDING, {"f", "third_party/zmq_addon.hpp", "/opt/app/service", false, true}},
    {BINDING, {"zmq::socket_t::send", "", "/opt/app/service", false, true}},
    {BINDING, {"_ZN3zmq8socket_t4sendEv", "", "/opt/app/service", false, true}},
    {BINDING, {"_ZNK3zmq8socket_t4sendEv", "", "/opt/app/service", false, true}},
    {BINDING, {"f", "", "/opt/zmq/libzmq.so.5", false, false}},
    {BINDING, {"f", "", "/srv/libzmq-a1b2.so.5", false, false}},
    {BINDING, {"f", "", "/opt/zmq/libczmq.so.4", false, false}},
    {BINDING, {"f", "", "/srv/libczmq-a1b2.so.4", false, false}},
    {BINDING, {"f", "", "/srv/venv/lib/site-packages/zmq/backend/_zmq.so", false, false}},
    {BINDING, {"send", "/srv/venv/lib/site-packages/zmq/sugar/socket.py", "", true, false}},
};

START_TEST(each_rule)
{
    const struct zg_code *c = &rows[_i].code;
    enum whose whose = zg_code_is_binding(c) ? BINDING : zg_code_is_library(c) ? LIBRARY : OWN;

    ck_assert_msg(whose == rows[_i].whose, "%s %s %s", c->function, c->file, c->module);
    ck_assert_int_eq(zg_code_is_library(c), whose != OWN);
}
END_TEST

int main(void)
{
    TCase *t = tcase_create("code");

    tcase_add_loop_test(t, each_rule, 0, (int)ZG_COUNT(rows));
    return run_suite("code", t);
}
