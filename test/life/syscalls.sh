#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# In its steady state a guarded program makes no system call that it does not make bare: the calls
# of twice as many rounds, less those of the rounds, are as many as bare, in C and in every language
# that is installed. make check-syscalls: with 100,000 rounds (ZG_ROUNDS).
. "$(dirname "$0")/../lib.bash"
strace -o /dev/null true 2>/dev/null || skip "no strace, or it may not trace here"
languages=$top/test/bench/languages
programs=$BUILD/test/bench

# counts FILE COMMAND…: "number name" of each system call, in the process and its children
counts() {
    local file=$1
    shift
    strace -f -qq -o calls "$@" >out 2>err || die "$*: failed"
    sed -n 's/^[0-9]* *\([a-z0-9_]*\)(.*/\1/p' calls | sort | uniq -c >"$file"
}

# What a runtime's own threads do when they will is not counted, nor what libzmq's do.
noise='futex|sched_yield|madvise|munmap|mmap|mprotect|brk|epoll_[a-z0-9]*|nanosleep|clock_nanosleep'
noise="$noise|restart_syscall|tgkill|rt_sigreturn|getpid|poll|read|write|gettimeofday|getrusage"

# Looks at files, which the guard itself could make as time goes by. What it does so is much less
# than a call a round, and no runtime does it in these programs.
looks='openat|readlinkat|newfstatat|fstat|statx|close'

# steady TITLE SLACK ROUNDS COMMAND…: the rounds stand last. SLACK: further calls of one name
steady() {
    local title=$1 slack=$2 rounds=${ZG_ROUNDS:-$3} name more allowed
    shift 3
    counts few env LD_PRELOAD="$GUARD" "$@" "$rounds"
    counts many env LD_PRELOAD="$GUARD" "$@" $((2 * rounds))
    counts bare_few "$@" "$rounds"
    counts bare_many "$@" $((2 * rounds))
    while read -r name; do
        more=$(($(of many "$name") - $(of few "$name") - $(of bare_many "$name") +
            $(of bare_few "$name")))
        allowed=$slack
        [[ $title =~ ^(C|Node) && $name =~ ^($looks)$ ]] && allowed=5
        [ "$more" -le "$allowed" ] || fail "$title: $more calls of $name more than bare"
    done < <(awk '{ print $2 }' many | grep -Evx "$noise_here")
}
of() { awk -v name="$2" '$2 == name { n = $1 } END { print n + 0 }' "$1"; }

# libzmq looks for commands by the clock: a poll(), and who it is, now and then.
noise_here='poll|getpid'
program busy syscalls.c -lzmq -lpthread
# Where its threads begin and end, one may wait for another, which is some calls of futex.
steady C 100 2000 "$work/busy"
steady "C, reading" 20 2000 "$work/busy" outside

# Rounds enough that a call a round would be far more than what the runtime itself does.
noise_here=$noise
if /usr/bin/python3 -c 'import zmq' 2>/dev/null; then
    steady Python 200 2000 /usr/bin/python3 "$languages/pair.py"
fi
if /usr/bin/ruby -e 'require "ffi-rzmq"' 2>/dev/null; then
    steady Ruby 200 2000 /usr/bin/ruby "$languages/pair.rb"
fi
if [ -e "$programs/Pair.class" ]; then
    steady Java 1000 5000 java -cp "/usr/share/java/zmq.jar:$programs" \
        "-Djava.library.path=/usr/lib/jni:/usr/lib/$(uname -m)-linux-gnu/jni" Pair
fi
if [ -x "$programs/pair_go" ]; then
    steady Go 500 5000 "$programs/pair_go"
fi
export NODE_PATH=${ZG_NODE_MODULES:-$BUILD/npm/node_modules}
if node -e "require('zeromq')" 2>/dev/null; then
    steady Node 500 3000 node "$languages/pair.js"
fi
finish
