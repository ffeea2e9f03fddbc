#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Another user connects in a loop while a program binds 10,000 times with umask 0. Under harden= it
# never gets in; without, it does, which shows that the test can tell. As root.
. test/endpoint/lib.bash
needs_root
build rebinder test/endpoint/rebinder.c
build other test/endpoint/other.c

race() { # options times
    coproc OTHER { as_other "$bin/other" loop "$work/s"; }
    local in=${OTHER[1]} out=${OTHER[0]} other=$OTHER_PID
    read -r -u "$out" _
    guarded "$1" "$bin/rebinder" "ipc://$work/s" "$2" 2>"$work/err" || fail "rebinder failed"
    exec {in}>&-
    read -r -u "$out" won
    wait "$other"
}

race ipc-world-writable=off:ipc-untrusted-peer=off 1000
[ "$won" -gt 0 ] || fail "not even an open endpoint was won"
race harden=0600 10000
[ "$won" -eq 0 ] || fail "the other user got in $won times"
[ ! -s "$work/err" ] || fail "not silent"
