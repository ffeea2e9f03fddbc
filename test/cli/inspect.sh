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
static void *context, *out, *fed;
static int ends[2];
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
/* An order that is possible and not seen: by the pipe. */
__attribute__((noinline)) static void feed(void) { zmq_send(fed, "x", 1, ZMQ_DONTWAIT); }
__attribute__((noinline)) static void feed_again(void) { zmq_send(fed, "y", 1, ZMQ_DONTWAIT); }
static void *feeder(void *unused)
{
    if (read(ends[0], &byte, 1) == 1)
        feed_again();
    return unused;
}
int main(void)
{
    pthread_t t;
    context = zmq_ctx_new();
    out = zmq_socket(context, ZMQ_PUB);
    zmq_bind(out, "inproc://feed");
    fed = zmq_socket(context, ZMQ_PUB);
    zmq_close(zmq_socket(context, ZMQ_SUB));
    if (pipe(ends) != 0)
        return 1;
    pthread_create(&t, NULL, feeder, NULL);
    feed();
    if (write(ends[1], "x", 1) != 1)
        return 1;
    pthread_join(t, NULL);
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
    says out "^process $pid: 3 open sockets; the guard holds [1-9][0-9]* KiB$"
    says out '^S1 PUB, owned by thread T[0-9]+ .*, created at main .*service\.c:[0-9]+$'
    says out '^  bound inproc://feed$'
    says out '^  last use: zmq_send\(\) .* ago, call [0-9]+, at publish .*service\.c:[0-9]+$'
    says out '^  hand-over: zmq_send\(\) by thread T[0-9]+.* at publish .*service\.c:[0-9]+, after zmq_bind\(\) by the main thread \(tid [0-9]+\): in order$'
    says out '^  suspicion: zmq_send\(\) by thread T[0-9]+.* at feed_again .*service\.c:[0-9]+, after zmq_send\(\) by the main thread \(tid [0-9]+\) at feed .*service\.c:[0-9]+: an order is possible \([a-z].*\); 1 times, [0-9]+ holds, 0 proven$'
    says out '^S4 PULL, owned by thread T[0-9]+ "worker" \(tid [0-9]+\), created at worker .*service\.c:[0-9]+$'
    says out '^  bound ipc://work\.sock \(mode 0700\)$'
    says out '^  inside: thread T[0-9]+ "worker" \(tid [0-9]+\), in zmq_recv\(\) for .* s, call [0-9]+, at wait_for_work .*service\.c:[0-9]+$'
    shown --format=json
    if command -v python3 >/dev/null; then
        python3 - out <<'END' || fail "JSON"
import json, sys
record = json.load(open(sys.argv[1]))
assert record["record"] == "inspection" and record["guard_kib"] > 0
pub, fed, pull = record["sockets"]
assert pub["type"] == "PUB" and pub["hand_overs"][0]["order"] == "in order"
assert fed["suspicion"]["times"] == 1 and "suspicion" not in pub
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
