#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Unusual surroundings: few descriptors, closed stderr, another preload, another uid, no /proc, gdb,
# valgrind. A correct program does what it does without the guard; a wrong one is caught there too.
# shellcheck disable=SC2016 # the inner shell expands
. "$(dirname "$0")/../lib.bash"
compile hello "$here/hello.c" -lzmq -lpthread
compile noise.so "$here/noise.c" -shared -fPIC -ldl
kinds='concurrent-use|cross-thread-use'

both() { # command… before the program
    runs=2 silent "$@" ./hello own
    runs=2 caught "$kinds" "$@" ./hello shared
}

is() { # what pattern: the last program's output has the line
    grep -qhE -- "$2" out err || fail "$1: no line $2"
}

both
both bash -c 'ulimit -n 64; exec "$0" "$@"'
both bash -c 'ulimit -v 4000000; exec "$0" "$@"'
both bash -c 'ulimit -s 256; exec "$0" "$@"'

# Closed standard descriptors: the report has nowhere to go, and goes into no file of the host's.
guarded bash -c 'exec 0<&- 2>&-; exec ./hello own' || fail "closed stderr, correct"
is "closed stderr" '^done$'
guarded bash -c 'exec 0<&- 1>&- 2>&-; exec ./hello shared'
[ $? -eq 134 ] || fail "closed stderr, wrong"

# Before and after another preload, which still gets every call.
for order in "$GUARD:$PWD/noise.so" "$PWD/noise.so:$GUARD"; do
    both env LD_PRELOAD="$order"
    guarded env LD_PRELOAD="$order" ./hello own
    is "$order" '^noise: heard$'
done

if command -v gdb >/dev/null; then
    guarded env -u LD_PRELOAD gdb -nx -batch -ex "set environment LD_PRELOAD $GUARD" \
        -ex 'set breakpoint pending on' -ex 'break zmqguard_on_report' -ex run -ex bt \
        --args ./hello shared
    is gdb 'Breakpoint 1, .*zmqguard_on_report'
    is gdb '#[0-9]+ .* work \('
fi

if command -v valgrind >/dev/null; then
    silent valgrind -q ./hello own
    ! grep -q '^--[0-9]' err || fail "valgrind wonders about a call"
    caught "$kinds" valgrind -q ./hello shared
    is valgrind '#0 work .*hello\.c:[0-9]'
    # The guard looks before the beginning of a block, which is nobody's business.
    compile once "$here/once.c" -lzmq -lpthread
    silent valgrind -q --error-exitcode=7 ./once
    ! grep -qE 'Invalid|Syscall param' err || fail "valgrind complains"
fi

# As root: another uid that can read neither the build nor the directory, and no /proc.
if [ "$(id -u)" -eq 0 ] && command -v setpriv >/dev/null; then
    public=$(mktemp -d /tmp/zmqguard-test.XXXXXX)
    chmod 755 "$public" && cp "$GUARD" hello "$public"
    GUARD=$public/libzmqguard.so both setpriv --reuid=65534 --regid=65534 --clear-groups \
        env -C "$public"
    rm -r "$public"
fi
if [ "$(id -u)" -eq 0 ] && unshare --mount true 2>/dev/null; then
    both unshare --mount bash -c 'mount -t tmpfs none /proc; exec "$0" "$@"'
fi
finish
