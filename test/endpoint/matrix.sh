#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# umask x directory x ACL x form of the path: what the guard says against what another user manages.
. test/endpoint/lib.bash
build binder test/endpoint/binder.c
build matrix test/endpoint/matrix.c test/endpoint/cell.c
touch "$work/probe"
setfacl -m u:65534:rw "$work/probe" 2>/dev/null || {
    echo "no ACLs on /tmp, or no setfacl"
    exit 77
}
"$bin/matrix" "$bin/binder" "$GUARD"
