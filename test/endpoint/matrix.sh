#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# umask x directory x ACL x form of the path: what the guard says against what another user manages.
. "$(dirname "$0")/../lib.bash"
program binder binder.c -lzmq
program matrix matrix.c "$here/cell.c" -lzmq
touch "$work/probe"
setfacl -m u:65534:rw "$work/probe" 2>/dev/null || skip "no ACLs here, or no setfacl"
"$work/matrix" "$work/binder" "$GUARD" || die "cells differ"
finish
