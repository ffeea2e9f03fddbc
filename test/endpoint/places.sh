#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Unusual places: user namespaces (where another uid's files belong to "nobody"), no /proc, an
# overlay whose inode numbers are its own.
. "$(dirname "$0")/../lib.bash"
program binder binder.c -lzmq
unshare -U true 2>/dev/null || skip "no user namespaces"

mkdir -m 0700 "$work/d"
bind="ZMQGUARD_OPTIONS=on_error=log LD_PRELOAD=$GUARD $work/binder"
silent() { # what command…
    local what=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null || die "$what: exit $?"
    grep -q ^ipc:// "$work/out" || die "$what: not bound"
    ! grep -v '^libzmqguard: not known: who owns ' "$work/err" || die "$what: not silent"
    rm -f "$work/d/s"
}
finds() { # what kind command…
    local what=$1 kind=$2
    shift 2
    "$@" >"$work/out" 2>"$work/err" </dev/null || die "$what: exit $?"
    grep -q ": $kind: " "$work/err" || die "$what: no $kind"
    rm -f "$work/d/s"
}

for map in "-r" "-r -m" ; do
    # shellcheck disable=SC2086
    silent "namespace $map" unshare -U $map sh -c "$bind 022 $work/d ipc://$work/d/s"
    # shellcheck disable=SC2086
    finds "namespace $map" ipc-world-writable unshare -U $map sh -c "$bind 0 $work/d ipc://$work/d/s"
done
unshare -U -r -m sh -c 'mount -t tmpfs none /proc' 2>/dev/null || finish
no_proc="mount -t tmpfs none /proc"
# What cannot be looked at is said, once; nothing is found.
unshare -U -r -m sh -c "$no_proc && $bind 022 $work/d ipc://$work/d/s" >"$work/out" 2>"$work/err" </dev/null ||
    fail "no /proc: exit $?"
[ "$(grep -v 'not known: who owns ' "$work/err" | cut -d'(' -f1)" = "libzmqguard: not known: the ACL of / " ] ||
    fail "no /proc: not said once"
rm -f "$work/d/s"
finds "no /proc" ipc-world-writable unshare -U -r -m sh -c "$no_proc && $bind 0 $work/d ipc://s"

# A second bind over a live listener, on an overlay of another file system than the upper one's.
mkdir "$work"/{lower,upper,inner,merged}
overlay="mount -t tmpfs none $work/lower &&
    mount -t overlay overlay -o lowerdir=$work/lower,upperdir=$work/upper,workdir=$work/inner $work/merged"
unshare -U -r -m sh -c "$overlay" 2>/dev/null || finish
silent overlay unshare -U -r -m sh -c "$overlay && $bind 022 $work/merged ipc://$work/merged/s"
rm -rf "$work"/upper/* "$work"/inner/*
finds overlay ipc-unlink-foreign unshare -U -r -m bash -c "$overlay &&
    coproc { env $bind 022 $work/merged ipc://$work/merged/s; } &&
    read -r -u \"\${COPROC[0]}\" _ && env $bind 022 $work/merged ipc://s; :"
finish
