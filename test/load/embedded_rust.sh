#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Rust with libzmq.a: two rows of test/stress/embedded.sh.
. "$(dirname "$0")/../lib.bash"
command -v rustc >/dev/null || skip 'no rustc'
[ -e "$($CC -print-file-name=libzmq.a)" ] || skip 'no libzmq.a'
ZG_RUNS=${ZG_RUNS:-2} "$top/test/stress/embedded.sh" 'rust *' >out || fail 'Rust with libzmq.a'
! grep -q 'left out' out || skip 'rustc does not link libzmq.a'
same 'rows' 2 "$(grep -c '^rust' out)"
finish
