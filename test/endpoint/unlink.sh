#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What stands at the path of zmq_bind(): under abort and exit it is still there afterwards, under
# log the program goes on as without the guard, under harden libzmq's own error reaches it.
. "$(dirname "$0")/../lib.bash"
program binder binder.c -lzmq
program other other.c -lzmq

bind() { # options
    under "$1" "$work/binder" 077 "$work" "ipc://$work/f" </dev/null >"$work/out" 2>"$work/err"
    status=$?
}
untouched() { [ "$(cat "$work/f" 2>/dev/null)" = data ]; }
said() { grep -qE -- "$1" "$work/err"; }

echo data >"$work/f"
bind on_error=abort
{ [ "$status" -eq 134 ] && untouched && said '^ERROR: libzmqguard: ipc-unlink-foreign: '; } || die "abort: $status"
bind on_error=exit
{ [ "$status" -eq 66 ] && untouched; } || die "exit: $status"
bind harden=0600
{ [ "$status" -eq 0 ] && untouched && [ "$(cat "$work/out")" = "" ]; } || die "harden: $status"
said '^WARNING: libzmqguard: ipc-unlink-foreign: zmq_bind\(\) was kept from' || die "harden: nothing said"
bind on_error=log
{ [ "$status" -eq 0 ] && [ -S "$work/f" ] && [ "$(cat "$work/out")" = "ipc://$work/f" ]; } || die "log: $status"
said '^ERROR: libzmqguard: ipc-unlink-foreign: ' || die "log: nothing said"
bind on_error=abort # the dead socket that the last run left behind
{ [ "$status" -eq 0 ] && [ ! -s "$work/err" ]; } || die "own dead socket: $status"

for kind in link fifo; do
    rm -f "$work/f"
    if [ $kind = link ]; then ln -s /etc/passwd "$work/f"; else mkfifo "$work/f"; fi
    bind on_error=abort
    { [ "$status" -eq 134 ] && [ ! -S "$work/f" ]; } || die "$kind: $status"
done
rm -f "$work/f"
mkdir "$work/f" # unlink(2) does nothing to it, and neither do we
bind on_error=abort
{ [ "$status" -eq 0 ] && [ ! -s "$work/err" ] && [ -d "$work/f" ]; } || die "directory: $status"
rmdir "$work/f"

# libzmq also unlinks a file that is called like the abstract name.
echo data >"$work/@x"
under on_error=abort "$work/binder" 077 "$work" ipc://@x </dev/null >/dev/null 2>"$work/err"
{ [ $? -eq 134 ] && [ -f "$work/@x" ] && said ipc-unlink-foreign; } || die "@x"

# A live server, and a dead socket of another user's.
coproc OTHER { exec "$work/other" listen "$work/f"; }
other=$OTHER_PID
read -r -u "${OTHER[0]}" _
inode=$(stat -c %i "$work/f")
bind harden=0600
{ [ "$status" -eq 0 ] && [ "$(stat -c %i "$work/f")" = "$inode" ]; } || die "live, harden: $status"
bind on_error=abort
{ [ "$status" -eq 134 ] && [ "$(stat -c %i "$work/f")" = "$inode" ]; } || die "live: $status"
kill "$other"
wait "$other" 2>/dev/null
[ "$(id -u)" -eq 0 ] || finish
bind on_error=abort
[ "$status" -eq 0 ] || die "the server is dead now: $status"
chown 65534 "$work/f"
bind on_error=abort
{ [ "$status" -eq 134 ] && said "a socket of another user's"; } || die "another user's dead socket: $status"

# A name that another user has taken in a sticky directory: this one cannot remove it.
mkdir -m 1777 "$work/sticky"
cp "$GUARD" "$work/libzmqguard.so" # the build may be in a directory of root's alone
coproc OTHER { umask 0; exec "$work/other" listen "$work/sticky/s"; }
other=$OTHER_PID
read -r -u "${OTHER[0]}" _
ZMQGUARD_OPTIONS=on_error=log LD_PRELOAD=$work/libzmqguard.so as_other "$work/binder" 077 "$work" "ipc://$work/sticky/s" \
    </dev/null >"$work/out" 2>"$work/err"
{ said "ipc-unlink-foreign: the name $work/sticky/s is taken: a socket of uid 0, at which a process listens" &&
    said 'cannot remove it, and zmq_bind\(\) fails' && said 'fix:  a directory of the service.s own, mode 0700; for now uid 0 or root has to remove' &&
    [ "$(cat "$work/out")" = "" ]; } || die "a squatted name"
kill "$other"
wait "$other" 2>/dev/null
finish
