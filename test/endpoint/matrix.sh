#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# umask x directory x ACL x form of the path: what the guard says against what another user manages.
set -eu
cc=${CC:-cc}
out=$BUILD/test/endpoint
mkdir -p "$out"
# shellcheck disable=SC2086
$cc -std=gnu17 -D_GNU_SOURCE -Itest ${OPT:--O2} -o "$out/binder" test/endpoint/binder.c -lzmq
# shellcheck disable=SC2086
$cc -std=gnu17 -D_GNU_SOURCE -Itest ${OPT:--O2} -o "$out/matrix" test/endpoint/{matrix,cell}.c
probe=$(mktemp -d /tmp/zg-probe-XXXXXX)
if ! setfacl -m u:65534:rw "$probe" 2>/dev/null; then
    rmdir "$probe"
    echo "no ACLs on /tmp, or no setfacl"
    exit 77
fi
rmdir "$probe"
"$out/matrix" "$out/binder" "$GUARD"
