# SPDX-License-Identifier: MPL-2.0
# libzmq aborts: the report names what it said, the socket, who used that last from where, and what
# it usually means; in every mode, with every other kind off; and the abort itself is libzmq's own.
. "$(dirname "$0")/../lib.bash"

cat >crash.c <<'END'
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>
#include <zmq.h>
static void *s;
static int turn;
static void on_abort(int number)
{
    (void)number;
    (void)!write(2, "handler\n", 8);
}
__attribute__((noinline)) static void first(void) { zmq_send(s, "x", 2, 0); }
__attribute__((noinline)) static void second(const char *how) { zmq_send(s, how, 2, 0); }
static void *one(void *unused)
{
    first();
    __atomic_store_n(&turn, 1, __ATOMIC_RELAXED);
    return unused;
}
static void *two(void *how)
{
    while (!__atomic_load_n(&turn, __ATOMIC_RELAXED)) {
    }
    second("x");
    second(how);
    return how;
}
int main(int argc, char **argv)
{
    pthread_t a, b;
    void *context = zmq_ctx_new();
    if (argc > 2)
        signal(SIGABRT, on_abort);
    (void)zmq_socket(context, ZMQ_SUB);
    s = zmq_socket(context, ZMQ_PUSH);
    pthread_create(&a, NULL, one, NULL);
    pthread_create(&b, NULL, two, argv[1]);
    pthread_join(b, NULL);
    return pthread_join(a, NULL);
}
END
library libzmq.so.5 crash_fake.c
$CC -O1 -g -w -c crash.c &&
    $CC -o crash crash.o ./libzmq.so.5 -Wl,-rpath,"$work" -lpthread || die "build"
off="--concurrent-use=off --cross-thread-use=off --summary=0"

told() { # SOCKET-LINE
    says err '^Assertion failed: (ok|check \(\)) \(src/msg\.cpp:414\)$'
    says err '^ERROR: libzmqguard: libzmq-assert: Assertion failed: .* \(src/msg.cpp:414\): libzmq ends the process in '
    says err "^  $1 S2, a PUSH socket$"
    says err '^  zmq_send\(\) by thread T[0-9]+ ".*after thread T[0-9]+.s zmq_send\(\), and nothing orders the two:$'
    says err '^    #[0-9]+ second[ +]'
    says err '^    #[0-9]+ first[ +]'
    says err '^  [0-9]+ of [0-9]+ descriptors are in use; 2 sockets open, 2 made$'
    says err '^SUMMARY: libzmqguard: libzmq-assert '
}
for mode in abort log exit; do
    expect 134 "$ZMQGUARD" $off --on_error=$mode ./crash here
    told 'the socket is'
    says err 'libzmq ends the process in zmq_send\(\) by thread T[0-9]+ \(pid'
    expect 134 "$ZMQGUARD" $off --on_error=$mode ./crash there
    told 'the likely socket is'
    says err 'what this usually means: a message was overwritten while it was in a pipe: two threads were sending'
done
# What each of its last words usually means.
while IFS='|' read -r words meaning; do
    expect 134 "$ZMQGUARD" $off ./crash "says $words"
    says err "^ERROR: libzmqguard: libzmq-assert: $(sed 's/[()+]/\\&/g' <<<"$words"): libzmq ends the process in "
    says err "what this usually means: $meaning"
done <<'END'
Assertion failed: check () (src/msg.cpp:414)|a message was overwritten while it was in a pipe
Assertion failed: ok (src/mailbox.cpp:99)|two threads were reading one socket.s commands
Assertion failed: false (src/object.cpp:170)|a command that nobody sent
Assertion failed: pfd.revents & POLLIN (src/signaler.cpp:265)|the descriptor that a call waits for was closed
Resource temporarily unavailable (src/signaler.cpp:308)|two threads took one wake-up
Assertion failed: nbytes == sizeof (dummy) (src/signaler.cpp:320)|two threads took one wake-up
Assertion failed: dummy == 0 (src/signaler.cpp:322)|two threads took one wake-up
Assertion failed: !_more (src/lb.cpp:87)|parts of two messages were mixed: two threads were sending
Assertion failed: !_more (src/fq.cpp:66)|parts of two messages were mixed: two threads were receiving
Too many open files (src/epoll.cpp:65)|the limit of descriptors is reached
Bad file descriptor (src/epoll.cpp:100)|one of libzmq.s descriptors is closed
Bad address (src/tcp.cpp:254)|the data of a message is gone
FATAL ERROR: OUT OF MEMORY (src/yqueue.hpp:54)|no memory is left
Assertion failed: _in_active (src/pipe.cpp:90)|an inner state that cannot be
END
# The abort is what it is without the guard: the host's handler runs, once, and the process dies.
expect 134 "$ZMQGUARD" $off ./crash here handler
same "handler" 1 "$(grep -c '^handler$' err)"
# A record stands before the end, also of a process that has written all that it may.
expect 134 "$ZMQGUARD" run --job=job $off --on_error=log --max_reports=1 ./crash there
expect 1 "$ZMQGUARD" report job
says out '^SUMMARY: libzmqguard: libzmq-assert '
expect 134 "$ZMQGUARD" $off --libzmq-assert=off ./crash here
says_not err 'libzmqguard'
# Others' aborts are none of its business.
printf '#include <stdlib.h>\nint main(void) { abort(); }\n' >own.c && $CC -o own own.c || die "build"
expect 134 "$ZMQGUARD" --summary=0 ./own
same "an abort of the program's own" "" "$(cat err)"

# The real one: too few descriptors for the first socket's threads. With less libzmq says EMFILE.
cat >descriptors.c <<'END'
#include <fcntl.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <unistd.h>
#include <zmq.h>
__attribute__((noinline)) static void *make(void *context) { return zmq_socket(context, ZMQ_PUSH); }
int main(int argc, char **argv)
{
    struct rlimit limit;
    void *context;
    int last = 0;
    (void)argc;
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = 100;
    setrlimit(RLIMIT_NOFILE, &limit);
    context = zmq_ctx_new();
    for (int fd = 0; fd >= 0; fd = open("/dev/null", O_RDONLY))
        last = fd;
    for (int i = 0; i < atoi(argv[1]); i++)
        close(last - i);
    return make(context) == NULL;
}
END
$CC -O1 -g -o descriptors descriptors.c -lzmq || die "build"
for left in 0 1 2 3 4 5; do
    "$ZMQGUARD" --summary=0 ./descriptors $left >out 2>err && continue
    ! grep -q 'libzmq-assert' err || break
done
says err '^ERROR: libzmqguard: libzmq-assert: Too many open files \(.*\): libzmq ends the process in zmq_socket\(\) by the main thread \(pid='
says err '^    #0 make[ +]'
says err '^  (99|100) of 100 descriptors are in use; '
says err 'what this usually means: the limit of descriptors is reached'
finish
