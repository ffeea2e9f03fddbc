#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The end by a signal that the program does not handle: the last look at ipc files, the summary
# where it is asked for, and the status as without the guard; the program sees its own dispositions.
. "$(dirname "$0")/../lib.bash"
program ended ended.c -lzmq

# ends WAY [SIGNAL [TIMES]]: as without the guard; what it printed is in out, the guard's words in err.
ends() {
    local way=$1 signal=${2:-15} times=${3:-1}
    rm -f x y
    ./ended drive "$signal" "$times" ./ended "$way" >bare 2>/dev/null
    rm -f x y
    ./ended drive "$signal" "$times" env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS="$options" \
        ./ended "$way" >out 2>err
    same "end of $way by $signal" "$(tail -n 1 bare)" "$(tail -n 1 out)"
}
quiet() { [ ! -s err ] || fail "$1: not silent"; }

# Asked for nothing, and no file to look at: nothing is installed.
options=symbolize=0
ends no-ipc
same 'nothing to do' 'caught: ' "$(head -n 1 out)"
quiet no-ipc
# A file of the process's own.
for signal in 1 2 15; do
    ends plain $signal
    same "ended by $signal" "caught: HUP INT TERM /ready: to wait/signal $signal" "$(paste -sd/ out)"
    quiet "plain $signal"
    ends stolen $signal
    says err '^WARNING: libzmqguard: ipc-replaced: ipc://x does not name the bound socket any more'
    same 'one report' 1 "$(grep -c libzmqguard: err)"
done
# An error is one, found last or not.
rm -f x
./ended drive 15 1 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS=$options ./ended opened >out 2>err
same opened 'signal 6' "$(tail -n 1 out)"
says err '^SUMMARY: libzmqguard: ipc-world-writable '
# Other signals are the kernel's.
ends stolen 10
quiet 'SIGUSR1'
# A child leaves its parent's files alone; what is started sees nothing of ours.
ends stolen-fork
same 'a child' 'child: exit 0/child: signal 15' "$(grep child: out | paste -sd/)"
same 'one report of a parent' 1 "$(grep -c libzmqguard: err)"
ends exec
same 'a program that is started' '' "$(head -n 1 out | tr -d ' ')"
quiet exec
# The host's own dispositions and ways to take a signal.
for way in told once once-more sigwait sigwait-unblocked signalfd vfork; do
    ends $way
    quiet $way
done
# Ignored from the start, as by nohup.
(
    trap '' HUP
    ends plain
    same nohup 'caught: INT TERM ' "$(head -n 1 out)"
    finish
) || failures=1

# The summary, once, however often the signal comes; also of who hands the signal on himself.
options=summary=1:symbolize=0
for way in no-ipc plain told once-more; do
    for signal in 1 2 15; do
        [ "$way" != once-more ] || signal=15
        ends $way $signal 5
        same "$way: summaries" 1 "$(grep -c '^libzmqguard: summary (pid=' err)"
        says err '^  checked: .* 1 open|0 calls'
        says err '^  blind spots: none'
    done
done
# Go's runtime hands the signal on, and ends by a system call of its own else.
gobuild() { GOFLAGS=-mod=mod GO111MODULE=off CGO_ENABLED=1 go build -o "$@" ended.go >out 2>err; }
go_ends() { # OPTIONS WAY SUMMARIES [STATUS]
    local want=${4:-}
    rm -f x
    [ -n "$want" ] || { ./ended_go "$2" >out 2>err; want=$?; }
    rm -f x
    options=$1 guarded ./ended_go "$2"
    same "Go: $2 with $1: status" "$want" "$status"
    same "Go: $2 with $1: summaries" "$3" "$(grep -c '^libzmqguard: summary (pid=' err)"
}
if command -v go >/dev/null && cp "$here/ended.go" . && gobuild ended_go; then
    for signal in 1 2 15; do
        ./ended drive $signal 1 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS=$options ./ended_go >out 2>err
        same "Go: end by $signal" "signal $signal" "$(tail -n 1 out)"
        same "Go: summaries" 1 "$(grep -c '^libzmqguard: summary (pid=' err)"
    done
    for way in return exit many panic; do
        go_ends summary=1 $way 1
        says err '^  checked: .* 1 open'
    done
    go_ends require=1 unused 0 99
    go_ends verbosity=0 exit 0
    go_ends summary=1:embedded=off exit 0
    gobuild ended_go -buildmode=pie && go_ends summary=1 exit 1
    gobuild ended_go -ldflags=-s && go_ends summary=1 exit 0 # there is nothing to find it by
fi
# In the middle of the guard's own sections.
for ((i = 0; i < 20; i++)); do
    ends busy 15
    same "busy: summaries" 1 "$(grep -c '^libzmqguard: summary (pid=' err)"
    says err '^  blind spots: none'
done
# The parent's, not that of the child that shared its memory.
ends vfork 15
same "vfork: summary" "$(sed -n 's/^pid //p' out)" \
    "$(sed -n 's/^libzmqguard: summary (pid=\([0-9]*\)).*/\1/p' err)"
finish
