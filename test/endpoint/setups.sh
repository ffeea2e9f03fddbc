#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What administrators set up: volumes that others may write to, a file given to a service's user, two
# file systems with equal inode numbers, supplementary groups, peers of another user namespace.
. "$(dirname "$0")/../lib.bash"
program binder binder.c -lzmq
program other other.c -lzmq
said() { grep -qE -- "$1" "$work/err"; }
quiet() { [ ! -s "$work/err" ]; }

# served OPTIONS UMASK PATH COMMAND…: what the command says while PATH is bound, in $got.
served() {
    local options=$1 mask=$2 path=$3
    shift 3
    rm -f "$path"
    coproc SERVER { under "$options" "${in_namespace[@]}" "$work/binder" "$mask" "$work" "ipc://$path" 2>"$work/err"; }
    local server=$SERVER_PID in=${SERVER[1]} out=${SERVER[0]}
    read -r -u "$out" _
    got=$("$@")
    exec {in}>&-
    wait "$server" || die "$options: exit $?"
}
in_namespace=()

# A directory that is known, and neither what is below it nor what is above.
mkdir -m 0777 volume && mkdir -m 0777 volume/below
chmod 0777 volume volume/below
served "on_error=log:trusted_dirs=$work/volume" 022 "$work/volume/s" true
quiet || die "trusted_dirs: not silent"
served "on_error=log:trusted_dirs=$work/volume" 022 "$work/volume/below/s" true
said 'ipc-parent-writable: ' || die "trusted_dirs: what is below it counts as known"
served "on_error=log:trusted_dirs='/nowhere,$work/volume/below'" 022 "$work/volume/below/s" true
said "$work/volume: directory, mode 0777.* <- anyone may" || die "trusted_dirs: what is above counts as known"
served "on_error=log:trusted_dirs='$work/volume,$work/volume/below'" 022 "$work/volume/below/s" true
quiet || die "trusted_dirs: two of them"

# A live server's socket in one file system, a dead one of ours in the other, one inode number.
if unshare -U -r -m true 2>/dev/null; then
    mkdir one two
    unshare -U -r -m bash -c "mount -t tmpfs none one && mount -t tmpfs none two || exit 77
        export LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=harden=0600
        coproc { ./binder 077 one ipc://$work/one/s; } && read -r -u \"\${COPROC[0]}\" _
        for i in 1 2 3; do ./binder 077 two ipc://$work/two/s </dev/null; done" >out 2>err
    case $? in
    0) [ "$(grep -c "^ipc://$work/two/s" out)" = 3 ] && ! said '^(ERROR|WARNING)' || die "two file systems" ;;
    77) ;;
    *) die "two file systems: exit $?" ;;
    esac
fi
[ "$(id -u)" -eq 0 ] || finish
command -v setpriv >/dev/null || finish

# Given away by root: looked at again when a peer comes.
served "on_error=log" 077 "$work/given" sh -c "chown 5001 '$work/given' && ./other connect '$work/given'"
{ [ "$got" = greeted ] && quiet; } || die "a file that was given away: $got"

# Groups: the one that counts for files, a supplementary one, one of a hundred.
mkdir -m 0755 group
for groups in "--regid=6000 --clear-groups" "--regid=5003 --groups=6000" \
    "--regid=5003 --groups=$(seq -s, 7000 7100),6000"; do
    # shellcheck disable=SC2086 # words
    served harden=0666:trusted_gids=6000 0 "$work/group/s" setpriv --reuid=5003 $groups ./other connect "$work/group/s"
    { [ "$got" = greeted ] && quiet; } || die "trusted_gids, $groups: $got"
done
served harden=0666:trusted_gids=6001 0 "$work/group/s" \
    setpriv --reuid=5003 --regid=5003 --groups=6000 ./other connect "$work/group/s"
{ [ "$got" = "turned away" ] && said 'trusted_uids=5003, or trusted_gids='; } || die "another group: $got"

# A peer who has no name where the server runs: the same to reports and to harden=.
unshare -U -r true 2>/dev/null || finish
in_namespace=(unshare -U -r)
nameless() { # options
    served "on_error=log:ipc-world-writable=off:$1" 0 "$work/group/n" as_other ./other connect "$work/group/n"
}
nameless verbosity=0
{ [ "$got" = greeted ] && said 'ipc-untrusted-peer: somebody of another user namespace'; } || die "nameless: $got"
nameless harden=0666
{ [ "$got" = "turned away" ] && said 'another user namespace.*: refused'; } || die "nameless, harden: $got"
nameless harden=0666:trusted_uids=65534
{ [ "$got" = greeted ] && quiet; } || die "nameless, trusted: $got"
finish
