#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Another user at the other end: of an accepted connection, and of a connect. As root.
. "$(dirname "$0")/../lib.bash"
needs_root
program binder binder.c -lzmq
program sender sender.c -lzmq
program other other.c -lzmq
path=$work/s

# peer OPTIONS: the server binds, the other user connects; sets $peer, $status and $work/err.
peer() {
    coproc SERVER { under "$1" "$work/binder" 0 "$work" "ipc://$path" 2>"$work/err"; }
    server=$SERVER_PID
    local in=${SERVER[1]} out=${SERVER[0]}
    read -r -u "$out" _
    peer=$(as_other "$work/other" connect "$path")
    own=$("$work/other" connect "$path")
    exec {in}>&-
    wait "$server"
    status=$?
}
said() { grep -qE -- "$1" "$work/err"; }

peer ipc-world-writable=off
[ "$peer/$own/$status" = greeted/greeted/0 ] || die "audit: $peer, $own, exit $status"
said '^WARNING: libzmqguard: ipc-untrusted-peer: uid 65534 connected' || die "the peer is not named"
said '^  peer: uid 65534, gid 65534, pid [0-9]+.*/other' || die "uid, gid, pid and program are not"

peer ipc-world-writable=off:trusted_uids=65534
{ [ "$peer/$status" = greeted/0 ] && [ ! -s "$work/err" ]; } || die "a trusted uid: $peer"

# The mode alone keeps the other user out.
peer harden=0600
{ [ "$peer/$own/$status" = refused/greeted/0 ] && [ ! -s "$work/err" ]; } || die "harden: $peer, $own, $status"

# A mode that lets it in: it is turned away before it gets a byte.
peer harden=0666:ipc-world-writable=off
[ "$peer/$own/$status" = "turned away/greeted/0" ] || die "harden=0666: $peer, $own, $status"
said '^WARNING: libzmqguard: ipc-untrusted-peer: .*: refused' || die "the refusal is not told"

# server OPTIONS: the other user squats the path, our client sends; $got is what the other has.
mkdir -m 1777 "$work/d"
server() {
    rm -f "$work/d/s"
    coproc OTHER { as_other "$work/other" listen "$work/d/s"; }
    local out=${OTHER[0]} other=$OTHER_PID
    read -r -u "$out" _
    mkfifo "$work/hold"
    under "$1" "$work/sender" "ipc://$work/d/s" >/dev/null 2>"$work/err" <"$work/hold" &
    client=$!
    exec 7>"$work/hold"
    read -r -u "$out" got
    exec 7>&-
    wait "$client"
    status=$?
    wait "$other" 2>/dev/null
    rm -f "$work/hold"
}

server on_error=abort
[ "$got/$status" = "0 bytes/134" ] || die "abort: $got, exit $status"
said '^ERROR: libzmqguard: ipc-untrusted-server: .* is uid 65534' || die "the server is not named"
said 'zmq_connect\(\) by the main thread' || die "the zmq_connect() is not shown"
said '^  peer: uid 65534.*/other' || die "the server's program is not shown"
server on_error=log
[ "$got/$status" = "10 bytes/0" ] || die "log: $got, exit $status"
said ipc-untrusted-server || die "log: nothing said"
server harden=0600
[ "$got/$status" = "0 bytes/0" ] || die "harden: $got, exit $status"
said '^WARNING: libzmqguard: ipc-untrusted-server: .*: refused' || die "the refusal is not told"
server trusted_uids=65534
{ [ "$got/$status" = "10 bytes/0" ] && [ ! -s "$work/err" ]; } || die "trusted: $got, exit $status"
finish
