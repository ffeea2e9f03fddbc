#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The model of a detached thread's end: its record is given up once, which two flags do not give.
# shellcheck source=test/lib.bash
. "$(dirname "$0")/../lib.bash"
command -v spin >/dev/null || skip 'spin is not installed'
model() { # expected errors, definitions…
    local want=$1
    shift
    spin -a "$@" "$top/test/stress/detach.pml" >out 2>err && "$CC" -w -O2 -DSAFETY -o pan pan.c &&
        ./pan >out || die 'cannot run the model'
    says out "errors: $want\$"
}
model 0
model 1 -DSPLIT
finish
