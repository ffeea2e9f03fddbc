#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# In its steady state a guarded program makes no system call that it does not make bare: the calls
# of twice as many rounds, less those of the rounds, are as many as bare, in C and in every language
# that is installed. make check-syscalls: with 100,000 rounds (ZG_ROUNDS).
. "$(dirname "$0")/../lib.bash"
strace -o /dev/null true 2>/dev/null || skip "no strace, or it may not trace here"
languages=$top/test/bench/languages
programs=$BUILD/test/bench

# libzmq asks so often who it is that tracing that alone takes most of the time.
trace=(strace -f -qq -e 'trace=!getpid')
strace -f --seccomp-bpf -o /dev/null true 2>/dev/null && trace+=(--seccomp-bpf)

# counts FILE COMMAND…: "number name" of each system call. FILE: of the thread that calls libzmq,
# which is the one that polls most, for commands, and the first in doubt. FILE.others: of all others.
counts() {
    local file=$1
    shift
    "${trace[@]}" -o calls "$@" >out 2>err || echo "$*: failed"
    : >"$file"
    : >"$file.others"
    awk -v file="$file" '
        $2 ~ /^[a-z0-9_]+\(/ {
            name = substr($2, 1, index($2, "(") - 1)
            n[$1 " " name]++
            if (caller == "")
                polls[caller = $1] = 20
            if (name == "poll" && ++polls[$1] > polls[caller])
                caller = $1
        }
        END {
            for (x in n) {
                split(x, of, " ")
                print n[x], of[2] >(file (of[1] == caller ? "" : ".others"))
            }
        }' calls
}

# What a runtime's own threads do when they will is not counted, nor what libzmq's do.
noise='futex|sched_yield|madvise|munmap|mmap|mprotect|brk|epoll_[a-z0-9]*|nanosleep|clock_nanosleep'
noise="$noise|restart_syscall|tgkill|rt_sigreturn|poll|read|write|gettimeofday|getrusage"
# And in the thread that calls it: libzmq looks for commands by the clock. (It sends itself one in a
# thousand messages, which takes a system call when it has none yet: read and write.)
by_clock=poll

# more NAME WHOSE: how many more calls the further rounds have brought, than they have bare
more() {
    echo $(($(of "many$2" "$1") - $(of "few$2" "$1") - $(of "bare_many$2" "$1") +
        $(of "bare_few$2" "$1")))
}
of() { awk -v name="$2" '$2 == name { n += $1 } END { print n + 0 }' "$1"; }

# excess SLACK WAITS ROUNDS COMMAND…: says of which names there were more than may be
excess() {
    local slack=$1 waits=$2 rounds=$3 name allowed
    shift 3
    counts few env LD_PRELOAD="$GUARD" "$@" "$rounds"
    counts many env LD_PRELOAD="$GUARD" "$@" $((2 * rounds))
    counts bare_few "$@" "$rounds"
    counts bare_many "$@" $((2 * rounds))
    while read -r name; do
        allowed=$slack
        case $name in
        futex) allowed=$((slack + waits)) ;;
        read | write) allowed=$((slack + rounds / 1000)) ;; # libzmq's commands
        esac
        [ "$(more "$name" '')" -le "$allowed" ] || echo "$(more "$name" '') of $name"
    done < <(awk '{ print $2 }' many | grep -Evx "$by_clock")
    while read -r name; do
        [ "$(more "$name" .others)" -le $((rounds / 10)) ] ||
            echo "$(more "$name" .others) of $name in other threads"
    done < <(awk '{ print $2 }' many.others | sort -u | grep -Evx "$noise")
}

# steady TITLE SLACK ROUNDS COMMAND…: the rounds stand last. SLACK: further calls of one name, by
# which two runs of the same differ in what the language does in the thread that calls libzmq; and
# where other threads of its runtime stop that one, it waits now and then. Of those themselves, which
# compile or sweep, a tenth of the rounds. A place that is come to by chance, in the longer run
# alone, is learnt there: what grows with the rounds does so each time.
steady() {
    local title=$1 slack=$2 rounds=${ZG_ROUNDS:-$3} waits=0 found=''
    shift 3
    [[ $title =~ ^(Java|Go|Node) ]] && waits=$((rounds / 50))
    for _ in 1 2 3; do
        found=$(excess "$slack" "$waits" "$rounds" "$@")
        [ -n "$found" ] || return 0
    done
    fail "$title: more than bare, three times: $found"
}

program busy syscalls.c -lzmq -lpthread
# Where its threads begin and end, one may wait for another, which is some calls of futex.
steady C 5 2000 "$work/busy"
# What is made at the start, once: most of it to learn how stacks are unwound.
start=$(($(awk '{ n += $1 } END { print n }' few) - $(awk '{ n += $1 } END { print n }' bare_few)))
[ "$start" -le 1000 ] || fail "$start system calls at the start"
steady "C, reading" 5 2000 "$work/busy" outside
steady "C, timers and files" 5 2000 "$work/busy" silent

if /usr/bin/python3 -c 'import zmq.asyncio' 2>/dev/null; then
    steady Python 5 2000 /usr/bin/python3 "$languages/pair.py"
    steady "Python, asyncio" 5 1000 /usr/bin/python3 "$here/syscalls.py" asyncio
    steady "Python, locks" 5 2000 /usr/bin/python3 "$here/syscalls.py" locks
fi
if /usr/bin/ruby -e 'require "ffi-rzmq"' 2>/dev/null; then
    steady Ruby 5 2000 /usr/bin/ruby "$languages/pair.rb"
fi
if [ -e "$programs/Pair.class" ]; then
    java=(java -cp "/usr/share/java/zmq.jar:$programs"
        "-Djava.library.path=/usr/lib/jni:/usr/lib/$(uname -m)-linux-gnu/jni")
    steady Java 20 5000 "${java[@]}" Pair
    steady "Java, locks" 20 5000 "${java[@]}" Pair locks
fi
if [ -x "$programs/pair_go" ]; then
    # Its runtime interrupts a thread that is long in one place.
    steady Go 20 5000 "$programs/pair_go"
    steady "Go, locks" 20 5000 "$programs/pair_go" locks
fi
export NODE_PATH=${ZG_NODE_MODULES:-$BUILD/npm/node_modules}
if node -e "require('zeromq')" 2>/dev/null; then
    steady Node 20 3000 node "$languages/pair.js"
    steady "Node, worker" 20 3000 node "$here/syscalls_worker.js"
fi
finish
