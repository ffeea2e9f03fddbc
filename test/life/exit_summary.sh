#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The exit summary and require=1: what was intercepted, and the proof that something was; a
# debugger's breakpoint at each report.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail() { echo "$1"; tail -n 40 "$dir/err"; exit 1; }
run() { # expected status, options, command…
    local want=$1 options=$2
    shift 2
    LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=$options "$@" >"$dir/out" 2>"$dir/err"
    local status=$?
    [ $status = "$want" ] || fail "$*: exit $status, not $want"
}
has() { grep -qE -- "$1" "$dir/err" || fail "lacks: $1"; }
has_not() { grep -qE -- "$1" "$dir/err" && fail "has: $1"; }
closer=$BUILD/test/prog/closer

run 0 on_error=log:symbolize=0 "$closer" 1
has_not 'summary'
run 0 on_error=log:symbolize=0:verbosity=1 "$closer" 1
has '^libzmqguard: summary \(pid=[0-9]+\)$'
run 0 on_error=log:symbolize=0:summary=1:require=1 "$closer" 40
has '^  checked: 40 calls, 40 sockets made, 0 open, 1 thread and 2 of libzmq.s$'
has '^  libzmq: 1 copy: /.*libzmq\.so'
has '^  policy: fence, policy=auto: nothing here'
has '^  findings: 20 errors, 0 warnings, 20 repeated, 0 suppressed$'
has '^    double-close .* in close_twice: 2 times$'
has '^  blind spots: none$'
run 0 on_error=log:symbolize=0:summary=1:policy=strict "$closer" 1
has '^  policy: strict, '

# A child counts what is its own: of its parent's threads the one that forked.
cat >"$dir/fork.c" <<'END'
#include <pthread.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <zmq.h>
static void *idle(void *unused) { return unused; }
static void use(int threads)
{
    void *context = zmq_ctx_new(), *socket = zmq_socket(context, ZMQ_PAIR);
    while (threads-- > 0) {
        pthread_t thread;
        pthread_create(&thread, 0, idle, 0);
        pthread_join(thread, 0);
    }
    zmq_close(socket);
    zmq_ctx_term(context);
}
int main(void)
{
    use(3);
    if (fork() == 0) {
        use(1);
        exit(0);
    }
    wait(0);
    return 0;
}
END
"${CC:-cc}" -w -o "$dir/fork" "$dir/fork.c" -lzmq || fail 'no compiler'
run 0 summary=1 "$dir/fork"
has '^  checked: 1 call, 1 socket made, 0 open, 4 threads and 2 of libzmq.s$'
has '^  checked: 1 call, 1 socket made, 0 open, 2 threads and 2 of libzmq.s$'

# Nothing intercepted: 99, what was printed is not lost, and a helper that the program starts is
# not asked.
run 99 require=1 /bin/echo hello
grep -q '^hello$' "$dir/out" || fail 'output lost'
has '^libzmqguard: require=1: no libzmq call was intercepted; exit status 99 '
cat >"$dir/shell.py" <<'END'
import ctypes, ctypes.util, subprocess, sys
zmq = ctypes.CDLL(ctypes.util.find_library("zmq"))
zmq.zmq_ctx_new.restype = ctypes.c_void_p
zmq.zmq_ctx_new()
sys.exit(subprocess.call(["true"]))
END
run 0 require=1 python3 "$dir/shell.py"

# A libzmq that is unloaded and loaded again is one copy.
cat >"$dir/again.c" <<'END'
#include <dlfcn.h>
int main(void)
{
    for (int i = 0; i < 3; i++) {
        void *lib = dlopen("libzmq.so.5", RTLD_NOW);
        void *(*make)(void) = lib ? (void *(*)(void))dlsym(lib, "zmq_ctx_new") : 0;
        int (*end)(void *) = lib ? (int (*)(void *))dlsym(lib, "zmq_ctx_term") : 0;
        if (!lib || end(make()) != 0 || dlclose(lib) != 0)
            return 1;
    }
    return 0;
}
END
"${CC:-cc}" -w -o "$dir/again" "$dir/again.c" -ldl || fail 'does not compile'
run 0 summary=1:require=1 "$dir/again"
has '^  libzmq: 1 copy: '

# JSON: one line, and a parser agrees.
run 0 on_error=log:symbolize=0:summary=1:format=json:max_reports=1 "$closer" 3
python3 - "$dir/err" <<'END' || fail 'not the JSON records that were expected'
import json, sys
records = [json.loads(line) for line in open(sys.argv[1])]
assert [r["record"] for r in records] == ["finding", "notice", "summary"], records
assert records[2]["errors"] == 3 and records[2]["unwritten"] == 2, records[2]
assert records[2]["sockets"] == 3 and len(records[2]["libraries"]) == 1, records[2]
END

# on_error=abort: nothing follows the report, and the exit status is the shell's 134.
run 134 summary=1:symbolize=0 "$closer" 1
[ "$(tail -n 1 "$dir/err" | tr -d =)" = "" ] || fail 'something follows the report'

command -v gdb >/dev/null || exit 0
gdb -q -batch -ex 'set breakpoint pending on' -ex 'set startup-with-shell off' \
    -ex "set environment LD_PRELOAD $GUARD" \
    -ex 'set environment ZMQGUARD_OPTIONS on_error=log:symbolize=0' \
    -ex 'break zmqguard_on_report' -ex run -ex bt --args "$closer" 1 >"$dir/err" 2>&1
grep -qi 'ptrace: Operation not permitted' "$dir/err" && exit 0
has 'Breakpoint 1, .*zmqguard_on_report'
has ' in close_twice '
exit 0
