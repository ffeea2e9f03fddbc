#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Strangers against a hardened process, many times over: in the backlog of a descriptor that it is
# given, and as thieves of the name that it connects to. None gets a byte, every legal peer gets in.
# Without harden= they win, which shows that the test can tell. As root.
# ZG_STRANGERS: how often (300); make strangers takes 10,000.
. "$(dirname "$0")/../lib.bash"
needs_root
program strangers strangers.c -lzmq
times=${ZG_STRANGERS:-300}

try() { # options mode times
    rm -rf s d
    timeout 600 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS="on_error=log:$1" ./strangers "$2" "$3" \
        >out 2>err </dev/null || die "$2, $1: exit $?"
}

try ipc-untrusted-peer=off backlog 20
same "backlog, not hardened" "greeted 20 of 20 strangers, 20 of 20 peers" "$(cat out)"
try harden=0600 backlog "$times"
same "backlog" "greeted 0 of $times strangers, $times of $times peers" "$(cat out)"
# On a busy machine the stranger may not have had the processor.
for _ in {1..50}; do
    try ipc-untrusted-server=off swap 200
    [ "$(cut -d' ' -f1 out)" -eq 0 ] || break
done
[ "$(cut -d' ' -f1 out)" -gt 0 ] || die "not even an open client was robbed"
for _ in {1..50}; do
    try harden=0600 swap "$times"
    same "swap" "0 bytes to the stranger" "$(cat out)"
    ! grep -q ipc-untrusted-server err || break
done
says "$work/err" "^WARNING: libzmqguard: ipc-untrusted-server: .*: refused"
finish
