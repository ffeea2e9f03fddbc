# SPDX-License-Identifier: MPL-2.0
# What a reader meets first: his own line stands in the first four lines of a report, in C, C++, CZMQ
# and Python under pytest and asyncio, and in Node the addon's; no stack is printed twice, no line fills a screen; and the command writes
# of a record what the guard itself would have written.
. "$(dirname "$0")/../lib.bash"

# Numbers that differ between two runs.
plain() {
    sed -E -e 's/(pid|tid)[ =][0-9]+/\1 N/g' -e 's/[0-9]+ [mu]?s( (ago|after|before))/N\1/g' \
        -e 's/0x[0-9a-f]+/0xN/g' -e 's/T[0-9]+/TN/g' -e 's/at most //g' -e 's/call [0-9]+/call N/g' \
        -e '/ last (released|acquired): /d' -e '/^  from: /d' "$@"
}
stacks_of() { # REPORT: each stack of it as one line
    awk '/^    #/ { s = s $0 } !/^    #/ { if (s) print s; s = "" }' "$1"
}
# read_first NAME REGEX COMMAND…: the first four lines have the user's own place.
read_first() {
    local name=$1 regex=$2 i
    shift 2
    "$ZMQGUARD" --on_error=log --max_reports=1 "$@" 2>"$name.log" >out
    awk '/^=====/ { rules++ } rules > 0 { print } rules == 2 { exit }' "$name.log" >"$name.text"
    head -n 4 "$name.text" | grep -qE "$regex" || { fail "$name: not in four lines: $regex" && cat "$name.text"; }
    same "$name: stacks twice" "" "$(stacks_of "$name.text" | sort | uniq -d)"
    [ "$(wc -L <"$name.text")" -lt 800 ] || fail "$name: a line of $(wc -L <"$name.text") bytes"
    [ "$(wc -l <"$name.text")" -lt 45 ] || fail "$name: $(wc -l <"$name.text") lines"
    # Until a run has the same finding: which of two threads is the second one is luck.
    for ((i = 0; i < 100; i++)); do
        "$ZMQGUARD" --on_error=log --max_reports=1 --format=json "$@" 2>"$name.json" >out
        "$ZMQGUARD" report "$name.json" 2>err | sed -n '/^=====/,$p' | sed '/^[0-9]* error/,$d' \
            >"$name.record"
        cmp -s <(plain "$name.text" | head -n 2) <(plain "$name.record" | head -n 2) && break
    done
    diff <(plain "$name.text") <(plain "$name.record") >difference ||
        { fail "$name: the command writes something else" && cat difference; }
    expect 1 "$ZMQGUARD" report --format=github "$name.json"
    grep -qE "; the other use: [^%]*" out || ! grep -q 'last use\|inside of' "$name.text" ||
        fail "$name: no other use in GitHub's form: $(cat out)"
    expect 1 "$ZMQGUARD" report --format=html "$name.json"
    same "$name: stacks that HTML refers to" "$(grep -c '(the same stack as above' "$name.record")" \
        "$(grep -o '>the same stack as: ' out | wc -l)"
}

$CC -O2 -g -o pipeline "$here/data/pipeline.c" -lzmq -lpthread || exit 1
read_first c '#0 push .*pipeline\.c:[0-9]+' ./pipeline racy
if echo '#include <zmq.hpp>' | $CXX -E -x c++ - >/dev/null 2>&1; then
    $CXX -std=c++17 -O0 -g -o cppzmq "$here/data/pipeline.cc" -lzmq -lpthread || exit 1
    read_first cppzmq '#[0-9]+ Pipe::push.* .*pipeline\.cc:[0-9]+' ./cppzmq
    says cppzmq.text '^    \(in libraries: #0.* zmq\.hpp'
fi
cat >czmq.c <<'END'
#include <czmq.h>
static zsock_t *s;
static int done;
static void publish(void) { zstr_send(s, "x"); }
static void *worker(void *unused)
{
    publish();
    __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
    return unused;
}
int main(void)
{
    pthread_t t;
    s = zsock_new_pub("inproc://pub");
    pthread_create(&t, NULL, worker, NULL);
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED))
        usleep(100);
    publish();
    pthread_join(t, NULL);
    zsock_destroy(&s);
    return 0;
}
END
if $CC -O0 -g -o czmq czmq.c -lczmq -lzmq -lpthread 2>/dev/null; then
    read_first czmq '#[0-9]+ publish .*czmq\.c:4' ./czmq
    says czmq.text '^    \(in libraries: #0.* libczmq\.so'
fi
if /usr/bin/python3 -c 'import zmq, pytest' 2>/dev/null; then
    cat >test_pipe.py <<'END'
import threading
import zmq


def send_and_close(sock):
    sock.send(b"x", zmq.DONTWAIT)
    sock.close()


def test_guilty():
    a = zmq.Context.instance().socket(zmq.PUB)
    a.send(b"x")
    t = threading.Thread(target=send_and_close, args=(a,))
    t.start()
    t.join()
END
    read_first pytest '#[0-9]+ send_and_close .*test_pipe\.py:6' --policy=strict /usr/bin/python3 \
        -m pytest -q -p no:cacheprovider test_pipe.py
    says pytest.text '^    #[0-9]+ test_guilty .*test_pipe\.py:12'
    says pytest.text 'in libraries: .*threading\.py'
    says_not pytest.text '^    #.*(_pytest|pluggy)'
fi

if /usr/bin/python3 -c 'import zmq.asyncio' 2>/dev/null; then
    cat >loops.py <<'END'
import asyncio
import threading

import zmq
import zmq.asyncio

context = zmq.asyncio.Context()


async def publish(sock):
    await sock.send(b"x")


def another_loop(sock):
    asyncio.run(publish(sock))


async def main():
    sock = context.socket(zmq.PUB)
    await publish(sock)
    t = threading.Thread(target=another_loop, args=(sock,))
    t.start()
    t.join()


asyncio.run(main())
END
    read_first asyncio '#[0-9]+ publish .*loops\.py:11' --policy=strict /usr/bin/python3 loops.py
    says asyncio.text '^    #[0-9]+ another_loop .*loops\.py:15'
    says asyncio.text '^    #[0-9]+ main .*loops\.py:20'
    says asyncio.text '^  zmq_msg_send\(\) by thread T[0-9]+ "Thread-1( \(another_loop\))?"' # from 3.10 on
    says_not asyncio.text '^    #.*(asyncio/|_future\.py|events\.py)'
fi
# npm's zeromq, where it is installed (NODE_PATH): of JavaScript there are no frames.
if command -v node >/dev/null && node -e 'require("zeromq")' 2>/dev/null; then
    cat >bind.js <<'END'
const zmq = require("zeromq")
async function serve() {
    const sock = new zmq.Push({linger: 0})
    await sock.bind("ipc://" + process.cwd() + "/sock")
    sock.close()
}
serve()
END
    (umask 0 && read_first node '#[0-9]+ zmq::.*addon\.node\+0x' --ipc-parent-writable=off node bind.js
        exit $failures) || failures=$((failures + 1))
    says node.text '^ERROR: libzmqguard: ipc-world-writable: the file of ipc://.*/sock is world-writable'
    says node.text '^  zmq_bind\(\) by thread T[0-9]+ "node"'
    says node.text '^  socket S1 PUSH created by the main thread:$'
fi

# frames=all shows what was folded.
expect 134 "$ZMQGUARD" --frames=all ./cppzmq 2>/dev/null
[ ! -e cppzmq ] || says err '^    #0 zmq::.*zmq\.hpp'

# The locks that each of the two holds when they collide.
cat >locks.c <<'END'
#include <pthread.h>
#include <zmq.h>
static void *s;
static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static int done;
static void *by_mutex(void *unused)
{
    for (int i = 0; i < 2; i++) {
        pthread_mutex_lock(&mutex);
        zmq_send(s, "x", 1, ZMQ_DONTWAIT);
        pthread_mutex_unlock(&mutex);
    }
    __atomic_store_n(&done, 1, __ATOMIC_RELAXED);
    return unused;
}
int main(void)
{
    pthread_t t;
    s = zmq_socket(zmq_ctx_new(), ZMQ_PUB);
    pthread_rwlock_wrlock(&rwlock);
    pthread_rwlock_unlock(&rwlock);
    pthread_mutex_lock(&mutex);
    pthread_mutex_unlock(&mutex);
    pthread_create(&t, NULL, by_mutex, NULL);
    while (!__atomic_load_n(&done, __ATOMIC_RELAXED)) {
    }
    pthread_rwlock_wrlock(&rwlock);
    zmq_send(s, "x", 1, ZMQ_DONTWAIT);
    return 0;
}
END
$CC -O1 -g -o locks locks.c -lzmq -lpthread || exit 1
expect 134 "$ZMQGUARD" ./locks
says err '^  the main thread holds rwlock 0x[0-9a-f]+$'
says_not err '^  thread T[0-9]+ holds'
finish
