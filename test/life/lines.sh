#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# File and line in text and JSON: of an optimised C program, of one that was stripped (debug file by
# build-id beside it), of inlined C++ functions, of a Python script; and without any of it module,
# offset and build-id. The fingerprint outlives a rebuild.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
fail() { echo "$1"; tail -n 40 "$dir/err"; exit 1; }
json() { python3 -c "import json,sys; r=[json.loads(l) for l in open('$dir/err')][0]; print($1)"; }
CC=${CC:-cc} CXX=${CXX:-c++}

run() { # options, command…
    local options=$1
    shift
    LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=on_error=log:$options "$@" 2>"$dir/err" || fail "$*: $?"
}
text_has() { grep -qE -- "$1" "$dir/err" || fail "text lacks: $1"; }
frame() { json "[(l['function'], l['file'].rsplit('/')[-1], l['line']) for l in r['events'][0]['frames'][0]['lines']]"; }

cat >"$dir/app.c" <<'END'
#include <zmq.h>
static void *context;
__attribute__((noinline)) void worker(void)
{
    void *socket = zmq_socket(context, ZMQ_PUSH);
    zmq_close(socket);
    zmq_close(socket);
    __asm__ volatile("");
}
int main(void)
{
    context = zmq_ctx_new();
    worker();
    return zmq_ctx_term(context);
}
END
cat >"$dir/app.cc" <<'END'
#include <zmq.h>
namespace app {
struct sender {
    void *socket;
    inline __attribute__((always_inline)) int twice() { zmq_close(socket); return zmq_close(socket); }
};
__attribute__((noinline)) int feed(void *context, const char *)
{
    sender s = {zmq_socket(context, ZMQ_PUSH)};
    int rc = s.twice();
    __asm__ volatile("");
    return rc;
}
}
int main()
{
    void *context = zmq_ctx_new();
    app::feed(context, "x");
    return zmq_ctx_term(context);
}
END

$CC -O2 -g -o "$dir/c" "$dir/app.c" -lzmq || exit 77
run symbolize=1 "$dir/c"
text_has '^    #0 worker .*/app\.c:7:5 \(c\+0x[0-9a-f]+\) \(BuildId: [0-9a-f]+\)$'
text_has '^    #1 main .*/app\.c:13'
text_has '^SUMMARY: libzmqguard: double-close .*/app\.c:7 in worker$'
text_has 'one-line suppression: double-close:\^zmq_close<worker<main\$ with \^zmq_close<worker<main\$$'
run "symbolize=1:strip_path_prefix=$dir/" "$dir/c"
text_has '^SUMMARY: libzmqguard: double-close app\.c:7 in worker$'
run format=json "$dir/c"
[ "$(frame)" = "[('worker', 'app.c', 7)]" ] || fail "json: $(frame)"
print=$(json "r['fingerprint']")

# Rebuilt with other addresses and lines.
{ echo; echo 'int unused(void) { return 42; }'; cat "$dir/app.c"; } >"$dir/app2.c"
$CC -O1 -g -o "$dir/c2" "$dir/app2.c" -lzmq && mv "$dir/c2" "$dir/c"
run format=json "$dir/c"
[ "$(frame)" = "[('worker', 'app2.c', 9)]" ] || fail "rebuilt: $(frame)"
[ "$(json "r['fingerprint']")" = "$print" ] || fail "the fingerprint changed"

# Stripped: the debug file is found by build-id beside the program's directory.
$CC -O2 -g -Wl,--build-id -o "$dir/s" "$dir/app.c" -lzmq
objcopy --only-keep-debug "$dir/s" "$dir/s.debug"
strip "$dir/s" && objcopy --add-gnu-debuglink="$dir/s.debug" "$dir/s"
run symbolize=1 "$dir/s"
text_has '^    #0 worker .*/app\.c:7:5 \(s\+0x'
rm "$dir/s.debug"
run symbolize=1 "$dir/s"
text_has "^    #0 \?\? \($dir/s\+0x[0-9a-f]+\) \(BuildId: [0-9a-f]+\)$"
text_has '^SUMMARY: libzmqguard: double-close s\+0x[0-9a-f]+$'

$CXX -O2 -g -o "$dir/cc" "$dir/app.cc" -lzmq || exit 77
run symbolize=1 "$dir/cc"
text_has '^    #0 app::sender::twice\(\) .*/app\.cc:5:[0-9]+ \(cc\+0x'
text_has '^    #1 app::feed\(void\*, char const\*\) .*/app\.cc:10:[0-9]+ \(cc\+0x'
text_has '^SUMMARY: libzmqguard: double-close .*/app\.cc:5 in app::sender::twice\(\)$'
run format=json "$dir/cc"
[ "$(frame)" = "[('app::sender::twice()', 'app.cc', 5), ('app::feed(void*, char const*)', 'app.cc', 10)]" ] ||
    fail "json: $(frame)"
# The suppression that a report offers works, whatever is in the name.
json "r['suppression']" >"$dir/supp"
run "suppressions=$dir/supp:summary=1" "$dir/cc"
text_has 'suppressions: 1 of 1 used'
grep -q ERROR "$dir/err" && fail "not suppressed"

python3 -c 'import zmq' 2>/dev/null || exit 0
cat >"$dir/app.py" <<'END'
import ctypes, ctypes.util
zmq = ctypes.CDLL(ctypes.util.find_library("zmq"))
zmq.zmq_ctx_new.restype = zmq.zmq_socket.restype = ctypes.c_void_p
zmq.zmq_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
zmq.zmq_close.argtypes = [ctypes.c_void_p]

def worker(context):
    socket = zmq.zmq_socket(context, 8)
    zmq.zmq_close(socket)
    zmq.zmq_close(socket)

worker(zmq.zmq_ctx_new())
END
run symbolize=1 python3 "$dir/app.py"
text_has '#[0-9]+ worker .*/app\.py:10'
text_has '^SUMMARY: libzmqguard: double-close .*/app\.py:10 in worker$'
exit 0
