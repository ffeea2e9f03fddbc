#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Another user connects in a loop while a program binds 10,000 times with umask 0. Under harden= it
# never gets in; without, it does, which shows that the test can tell. As root.
. "$(dirname "$0")/../lib.bash"
needs_root
program rebinder rebinder.c -lzmq
program other other.c -lzmq

race() { # options times
    coproc OTHER { as_other "$work/other" loop "$work/s"; }
    local in=${OTHER[1]} out=${OTHER[0]} other=$OTHER_PID
    read -r -u "$out" _
    under "$1" "$work/rebinder" "ipc://$work/s" "$2" 2>"$work/err" || die "rebinder failed"
    exec {in}>&-
    read -r -u "$out" won
    wait "$other"
}

# On a busy machine the other user may not have had the processor.
for _ in {1..50}; do
    race ipc-world-writable=off:ipc-untrusted-peer=off 1000
    [ "$won" -eq 0 ] || break
done
[ "$won" -gt 0 ] || die "not even an open endpoint was won"
race harden=0600 10000
[ "$won" -eq 0 ] || die "the other user got in $won times"
[ ! -s "$work/err" ] || die "not silent"
finish
