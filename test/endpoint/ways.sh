#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Directories and links of another user's on the way to the file. As root.
. "$(dirname "$0")/../lib.bash"
needs_root
program binder binder.c -lzmq

bind() { # options uri
    under "on_error=log:$1" "$work/binder" 022 "$work" "$2" </dev/null >"$work/out" 2>"$work/err"
    status=$?
    [ "$status" -eq 0 ] || die "$2: exit $status"
}
says() { # regex
    grep -qE -- "$1" "$work/err" || die "not said: $1"
}
silent() { [ ! -s "$work/err" ] || die "not silent"; }

mkdir -m 0755 "$work/theirs" "$work/ours"
chown 65534 "$work/theirs"
bind "" "ipc://$work/theirs/s"
says '^WARNING: libzmqguard: ipc-parent-untrusted: '
says "^  uid 65534 can replace the file: owner of $work/theirs"
says "^    $work/theirs: directory, mode 0755, uid 65534, gid 0 <- another user's"
bind trusted_uids=65534 "ipc://$work/theirs/s"
silent

mkdir -m 1777 "$work/sticky"
as_other ln -s "$work/ours" "$work/sticky/link"
bind "" "ipc://$work/sticky/link/s"
says '^ERROR: libzmqguard: ipc-symlink: '
says "^  uid 65534 can lead the path elsewhere: owner of $work/sticky/link"
says '^SUMMARY: libzmqguard: ipc-symlink '
ln -s "$work/ours" "$work/sticky/own" # only its owner and root can replace it there
bind "" "ipc://$work/sticky/own/s"
silent

mkdir -m 0775 "$work/group"
chgrp 54321 "$work/group"
bind "" "ipc://$work/group/s"
says "^  gid 54321 can replace the file: $work/group has mode 0775"
bind trusted_gids=54321 "ipc://$work/group/s"
silent
setfacl -m u:65534:rwx "$work/ours" 2>/dev/null || finish
bind "" "ipc://$work/ours/s"
says "^  uid 65534 can replace the file: ACL of $work/ours"
finish
