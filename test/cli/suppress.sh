# SPDX-License-Identifier: MPL-2.0
# The suppression that a report offers silences that finding and no other of its kind, in C, C++ and
# Python; and the advice fits the two calls, the policy and the language.
. "$(dirname "$0")/../lib.bash"

# Four breaches of one kind. The first two share their function, the third is in another thread,
# the fourth closes elsewhere.
cat >closed.c <<'END'
#include <pthread.h>
#include <zmq.h>
static void *context;
static char byte;
__attribute__((noinline)) static void *closed(void)
{
    void *s = zmq_socket(context, ZMQ_PUSH);
    zmq_close(s);
    return s;
}
__attribute__((noinline)) static int use(void *s) { return zmq_send(s, "x", 1, ZMQ_DONTWAIT) + 1; }
__attribute__((noinline)) static int first(void) { return use(closed()) + 1; }
__attribute__((noinline)) static int second(void) { return use(closed()) + 1; }
static void *thread(void *unused) { use(closed()); return unused; }
int main(void)
{
    pthread_t t;
    context = zmq_ctx_new();
    int sum = first() + second();
    pthread_create(&t, NULL, thread, NULL);
    pthread_join(t, NULL);
    sum += zmq_recv(closed(), &byte, 1, ZMQ_DONTWAIT);
    zmq_ctx_term(context);
    return sum == 1000;
}
END
$CC -O0 -g -o closed closed.c -lzmq -lpthread || exit 1
offered() { sed -nE 's/.*one-line suppression: //p' "$1"; }
each_hides_one() { # FINDINGS COMMAND…
    local n=$1 i
    shift
    "$ZMQGUARD" --on_error=log --summary=0 "$@" 2>all.log
    offered all.log >lines
    same "findings of $*" "$n" "$(wc -l <lines)"
    same "lines that differ" "$n" "$(sort -u lines | wc -l)"
    for ((i = 1; i <= n; i++)); do
        sed -n "${i}p" lines >one
        "$ZMQGUARD" --on_error=log --suppressions=one "$@" 2>left.log
        diff <(sed "${i}d" lines) <(offered left.log) >difference ||
            { fail "$(cat one)" && cat difference; }
        says left.log 'suppressions: 1 of 1 used$'
    done
    "$ZMQGUARD" --on_error=log --suppressions=lines "$@" 2>left.log
    says left.log "suppressions: $n of $n used\$"
}
each_hides_one 4 ./closed
says lines '^use-after-close:\^zmq_send<use<first<main\$ with \^zmq_close<closed<first<main\$$'
says lines '^use-after-close:\^zmq_recv<main\$ with \^zmq_close<closed<main\$$'
# The same without line numbers, and in a build where everything else has moved.
cp closed stripped && strip stripped && "$ZMQGUARD" --on_error=log --summary=0 ./stripped 2>all.log
[ "$(offered all.log | sort -u | wc -l)" -eq 4 ] || fail "stripped: $(offered all.log)"
sed 's/^static char byte;/static char byte; int unused(void) { return 7; }/' closed.c >moved.c
$CC -O0 -g -o moved moved.c -lzmq -lpthread || exit 1
expect 0 "$ZMQGUARD" --suppressions=lines ./moved
# --gen-suppressions of records is the same file.
expect 66 "$ZMQGUARD" run --on_error=log --job=job ./closed
expect 1 "$ZMQGUARD" report --gen-suppressions job
same "generated" "$(sort lines)" "$(grep '^use' out | sort)"

# A pattern without anchors still means any frame of a use, but no place of creation.
for pattern in use first closed.c '/closed$' '^use$'; do
    echo "use-after-close:$pattern" >one
    "$ZMQGUARD" --on_error=log --suppressions=one ./closed 2>left.log
    [ "$(grep -c ^ERROR left.log)" -lt 4 ] || fail "not matched: $pattern"
done
echo 'cross-thread-use:main' >one
cp "$here/data/pipeline.c" . && $CC -O2 -g -o pipeline pipeline.c -lzmq -lpthread || exit 1
expect 134 "$ZMQGUARD" --suppressions=one ./pipeline racy
says err 'suppressions=|cross-thread-use'
expect 2 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS=suppressions=bad sh -c true
echo 'cross-thread-use:push expire=2001-01-01' >bad
expect 2 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS=suppressions=bad sh -c true
says err 'bad:1: unknown attribute "expire=2001-01-01"; there is expires=YYYY-MM-DD'

# Names of C++ that fill pages: the line is short, whole and works.
if echo '#include <zmq.hpp>' | $CXX -E -x c++ - >/dev/null 2>&1; then
    cat >long.cc <<'END'
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>
#include <zmq.hpp>
using Payload = std::map<std::string, std::vector<std::shared_ptr<std::string>>>;
template <class K, class V> struct Registry {
    std::map<K, std::vector<std::function<void(V)>>> handlers;
    void fire(K k, V v) { for (auto &f : handlers[k]) f(v); }
};
int main()
{
    zmq::context_t context;
    Registry<std::string, const Payload &> registry;
    Payload payload{{"a", {}}};
    zmq::socket_t out(context, zmq::socket_type::push);
    registry.handlers["tick"].push_back([&](const Payload &p) {
        for (auto &kv : p) zmq_send(out.handle(), kv.first.data(), 1, ZMQ_DONTWAIT);
    });
    void *handle = out.handle();
    zmq_close(handle);
    zmq_send(handle, "x", 1, ZMQ_DONTWAIT);
    registry.fire("tick", payload);
    return 0;
}
END
    $CXX -std=c++17 -O1 -g -w -o long long.cc -lzmq -lpthread || exit 1
    "$ZMQGUARD" --on_error=log --double-close=off --summary=0 ./long 2>all.log
    offered all.log >lines
    same "findings" 2 "$(wc -l <lines)"
    [ "$(wc -L <lines)" -lt 700 ] || fail "a line of $(wc -L <lines) bytes"
    says_not lines 'allocator'
    tail -n 1 lines >one
    "$ZMQGUARD" --on_error=log --double-close=off --suppressions=one ./long 2>left.log
    same "left" "$(head -n 1 lines)" "$(offered left.log)"
fi

# What to do: a lock is no advice beside a close or a call that waits, nor under strict.
cat >advice.c <<'END'
#include <pthread.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>
static void *s;
static char byte;
static int go[2];
static void *wait_in(void *how)
{
    zmq_pollitem_t item = {s, 0, ZMQ_POLLIN, 0};
    (void)!write(go[1], "x", 1);
    if (strcmp(how, "poll") == 0) zmq_poll(&item, 1, -1); else zmq_recv(s, &byte, 1, 0);
    return NULL;
}
static void *send_one(void *unused) { zmq_send(s, "x", 1, ZMQ_DONTWAIT); return unused; }
int main(int argc, char **argv)
{
    void *context = zmq_ctx_new();
    pthread_t t;
    s = zmq_socket(context, ZMQ_DEALER);
    if (strcmp(argv[1], "strict") == 0) {
        send_one(NULL);
        pthread_create(&t, NULL, send_one, NULL);
        return pthread_join(t, NULL);
    }
    (void)!pipe(go);
    pthread_create(&t, NULL, wait_in, argv[1]);
    (void)!read(go[0], &byte, 1);
    for (;;) /* until the other one is inside */
        if (argc > 2) { zmq_close(s); pause(); } else zmq_send(s, "x", 1, ZMQ_DONTWAIT);
    return 0;
}
END
$CC -O1 -g -o advice advice.c -lzmq -lpthread || exit 1
for how in poll recv; do
    expect 134 "$ZMQGUARD" ./advice $how
    says err '^  fix:  one socket per thread; reach a thread that waits by a message'
done
expect 134 "$ZMQGUARD" --policy=strict ./advice strict
says err '^  fix:  one socket per thread, made in the thread that uses it; policy=fence allows'
finish
