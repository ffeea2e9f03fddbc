# SPDX-License-Identifier: MPL-2.0
# zmqguard inspect: the sockets of a running process, without stopping it; and a clear line for a
# process that is not there, not guarded, not ours, or of another version.
. "$(dirname "$0")/../lib.bash"
cat >service.c <<'END'
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>
#include <zmq.h>
static void *context, *out;
static char byte;
__attribute__((noinline)) static void wait_for_work(void *in) { zmq_recv(in, &byte, 1, 0); }
__attribute__((noinline)) static void publish(void) { zmq_send(out, "x", 1, ZMQ_DONTWAIT); }
static void *worker(void *unused)
{
    void *in = zmq_socket(context, ZMQ_PULL);
    pthread_setname_np(pthread_self(), "worker");
    zmq_bind(in, "ipc://work.sock");
    wait_for_work(in);
    return unused;
}
static void *publisher(void *unused)
{
    publish();
    return unused;
}
int main(void)
{
    pthread_t t;
    context = zmq_ctx_new();
    out = zmq_socket(context, ZMQ_PUB);
    zmq_bind(out, "inproc://feed");
    zmq_close(zmq_socket(context, ZMQ_SUB));
    pthread_create(&t, NULL, publisher, NULL);
    pthread_join(t, NULL);
    pthread_create(&t, NULL, worker, NULL);
    puts("up");
    fflush(stdout);
    pthread_join(t, NULL);
    return 0;
}
END
$CC -O1 -g -o service service.c -lzmq -lpthread || die "build"
umask 077
mkfifo up
start() { # LIBRARY PROGRAM: $pid
    LD_PRELOAD=$1 "$2" >up 2>service.err &
    pid=$!
    read -r word <up
    same "it runs" up "$word"
}
stop() { kill "$pid" 2>/dev/null; wait "$pid" 2>/dev/null; }
trap 'stop; rm -rf "$work"' EXIT

# Until the worker is inside of its last call: nothing else tells.
shown() {
    local i
    for ((i = 0; i < 500; i++)); do
        "$ZMQGUARD" inspect "$@" "$pid" >out 2>err || break
        grep -q inside out && grep -q zmq_recv out && return 0
    done
    fail "nobody is inside: $*"
}
for kind in -pie -no-pie; do
    $CC -O1 -g -f${kind#-} $kind -o service service.c -lzmq -lpthread 2>/dev/null || continue
    rm -f work.sock
    start "$GUARD" ./service
    shown
    says out "^process $pid: 2 open sockets$"
    says out '^S1 PUB, owned by thread T[0-9]+ .*, created at main .*service\.c:27$'
    says out '^  bound inproc://feed$'
    says out '^  last use: zmq_send\(\) .* ago, call [0-9]+, at publish .*service\.c:9$'
    says out '^  hand-over: zmq_send\(\) by thread T[0-9]+.* at publish .*service\.c:9, after zmq_bind\(\) by the main thread \(tid [0-9]+\): in order$'
    says out '^S3 PULL, owned by thread T[0-9]+ "worker" \(tid [0-9]+\), created at worker .*service\.c:12$'
    says out '^  bound ipc://work\.sock \(mode 0700\)$'
    says out '^  inside: thread T[0-9]+ "worker" \(tid [0-9]+\), in zmq_recv\(\) for .* s, call [0-9]+, at wait_for_work .*service\.c:8$'
    shown --format=json
    if command -v python3 >/dev/null; then
        python3 - out <<'END' || fail "JSON"
import json, sys
record = json.load(open(sys.argv[1]))
assert record["record"] == "inspection"
pub, pull = record["sockets"]
assert pub["type"] == "PUB" and pub["hand_overs"][0]["order"] == "in order"
assert pull["inside"] and pull["op"] == "zmq_recv" and pull["endpoints"][0]["mode"] == "0700"
END
    fi
    kill -0 "$pid" || fail "it did not survive"
    same "its own words" "" "$(cat service.err)"
    stop
done

expect 2 "$ZMQGUARD" inspect
expect 2 "$ZMQGUARD" inspect one
expect 2 "$ZMQGUARD" inspect --format=xml $$
expect 2 "$ZMQGUARD" inspect $$
says err 'does not run under the guard'
expect 2 "$ZMQGUARD" inspect "$pid"
says err "process $pid: there is no such process"
# Of another version: the same library under another number.
mkdir other
version=$("$ZMQGUARD" --version | cut -d' ' -f2)
sed "s/$version/9${version#?}/g" "$GUARD" >other/libzmqguard.so
rm -f work.sock
start "$work/other/libzmqguard.so" ./service
expect 2 "$ZMQGUARD" inspect "$pid"
says err "runs under version 9.* of the guard, or another build; this command is of $version"
stop
if [ "$(id -u)" -eq 0 ]; then
    rm -f work.sock
    start "$GUARD" ./service
    mkdir -p open && cp "$ZMQGUARD" open/ && chmod -R a+rx open "$work"
    expect 2 as_other "$work/open/zmqguard" inspect "$pid"
    says err "process $pid: (Permission denied|Operation not permitted|its memory may not be looked at)"
    stop
fi
finish
