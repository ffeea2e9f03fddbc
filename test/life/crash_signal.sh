# SPDX-License-Identifier: MPL-2.0
# libzmq crashes by a signal, or by malloc's abort(): the report names the socket and who used it, and
# the process ends as without the guard. Crashes that are not libzmq's go by without a word.
. "$(dirname "$0")/../lib.bash"
library libzmq.so.5 crash_fake.c
program crash crash_signal.c ./libzmq.so.5 -Wl,-rpath,"$work"
off="--concurrent-use=off --cross-thread-use=off --summary=0"
export MALLOC_CHECK_=3 # older C libraries: abort

told() { # SENTENCE SOCKET-LINE
    says err "^ERROR: libzmqguard: libzmq-assert: $1 \\(pid=[0-9]+\\)\$"
    says err "^  $2 S2, a PUSH socket$"
    says err 'what this usually means: memory of libzmq.s was overwritten or freed'
    says err '^  zmq_send\(\) by thread T[0-9]+ ".*after thread T[0-9]+.s zmq_send\(\), and nothing orders the two:$'
    says err '^    #[0-9]+ second[ +]'
    says err '^    #[0-9]+ first[ +]'
    same "reports" 1 "$(grep -c '^SUMMARY: libzmqguard: libzmq-assert ' err)"
}
thread='thread T[0-9]+'
for mode in abort log exit; do
    expect 139 "$ZMQGUARD" $off --on_error=$mode ./crash fault
    told "SIGSEGV at address 0x10: libzmq crashes in zmq_send\\(\\) by $thread" 'the socket is'
    expect 139 "$ZMQGUARD" $off --on_error=$mode ./crash 'fault there'
    told "SIGSEGV at address 0x10: libzmq crashes in .* $thread" 'the likely socket is'
    expect 134 "$ZMQGUARD" $off --on_error=$mode ./crash twice
    told "SIGABRT: libzmq crashes in zmq_send\\(\\) by $thread" 'the socket is'
done
# The thread is inside of a socket that it alone uses: what it shared before is the likely one.
expect 139 "$ZMQGUARD" $off ./crash fault elsewhere
told "SIGSEGV at address 0x10: libzmq crashes in zmq_send\\(\\) by $thread" 'the likely socket is'
says err '^  the call is on S3, a PUSH socket$'
# A record stands in the job before the end.
expect 139 "$ZMQGUARD" run --job=job $off --on_error=log ./crash fault
expect 1 "$ZMQGUARD" report job
says out '^SUMMARY: libzmqguard: libzmq-assert '
# The host's own handler comes first; the report, when that leaves the signal to the kernel.
expect 139 "$ZMQGUARD" $off ./crash fault handler
same "handler" 1 "$(grep -c '^handler$' err)"
says err '^SUMMARY: libzmqguard: libzmq-assert '
# A thread that ends the process meanwhile waits for the crash, and so does one that crashes, too.
expect 139 "$ZMQGUARD" $off ./crash 'fault first' exit
told "SIGSEGV at address 0x10: libzmq crashes in zmq_send\\(\\) by $thread" 'the socket is'
expect 139 "$ZMQGUARD" $off ./crash fault exit
told "SIGSEGV at address 0x10: libzmq crashes in zmq_send\\(\\) by $thread" 'the socket is'

# None of libzmq's business: the program's own faults, also where libzmq called it back; a signal that
# was sent, also to a thread that is in libzmq; a fork's child; a stack that is at its end.
none() { # STATUS HOW WHAT
    expect "$1" "$ZMQGUARD" $off ./crash "${@:2}"
    says_not err libzmqguard
}
none 139 alone own
none 139 alone 'own in library'
none 134 alone 'own abort'
none 139 alone callback
none 139 alone 'callback in library'
none 134 alone 'callback abort'
none 139 alone overflow
none 0 alone fork
says out '^child: 11$'
none 134 wait sent
expect 139 "$ZMQGUARD" $off --libzmq-assert=off ./crash fault
says_not err libzmqguard
# Not even a handler is there then, by the kernel's own word: none of the five.
cat >caught.c <<'END'
#include <stdio.h>
#include <string.h>
#include <zmq.h>
int main(void)
{
    FILE *f = fopen("/proc/self/status", "r");
    char line[256];
    zmq_ctx_term(zmq_ctx_new());
    while (fgets(line, sizeof(line), f))
        if (strncmp(line, "SigCgt:", 7) == 0)
            printf("%s", line + 8);
    return 0;
}
END
$CC -O1 -o caught caught.c -lzmq || die "build"
five=$((1 << 10 | 1 << 6 | 1 << 3 | 1 << 7 | 1 << 5)) # SEGV BUS ILL FPE ABRT
expect 0 "$ZMQGUARD" --summary=0 ./caught
same "watched" $five $((0x$(cat out) & five))
expect 0 "$ZMQGUARD" --summary=0 --libzmq-assert=off ./caught
same "left alone" 0 $((0x$(cat out) & five))

# The host does not notice: what it is told of its handlers, and what a program that it becomes has.
options=concurrent-use=off:cross-thread-use=off
same_as_bare ./crash alone told
same_as_bare ./crash alone exec

# A core dump shows what it would have shown.
program trace crash_trace.c
for case in "11 fault" "6 twice"; do
    read -r number how <<<"$case"
    LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=$options ./trace "$number" ./crash "$how" traced >out 2>err
    status=$?
    [ $status -ne 77 ] || continue
    says err '^SUMMARY: libzmqguard: libzmq-assert '
    says out "^2 stops, by $number: the same$"
done
finish
