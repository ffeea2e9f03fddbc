#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The decoder of function entries agrees with objdump on every instruction of libzmq.a, and of this
# source as gcc and clang make it at each level, with and without CET, position-independent or not.
set -u
command -v objdump >/dev/null || { echo 'no objdump'; exit 77; }
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
CC=${CC:-cc}
failed=0
machine=$($CC -dumpmachine)
machine=${machine%%-*}
[ "$machine" != x86_64 ] || machine=x86-64
# shellcheck disable=SC2086 # OPT is several words
$CC -std=gnu17 -Wall -Wextra ${OPT:--O2 -g} -Isrc -o "$work/insn" test/abi/insn.c \
    "$BUILD/libfloors.a" || exit 1

compare() { # what object…
    local what=$1
    shift
    objdump -dw --insn-width=15 "$@" 2>/dev/null | "$work/insn" "$machine" >"$work/out" ||
        { echo "FAIL: $what" && failed=1; }
    echo "$what: $(tail -n 1 "$work/out")"
    head -n -1 "$work/out" | head -n 20
}

archive=$($CC -print-file-name=libzmq.a)
[ ! -e "$archive" ] || compare "$archive" "$archive"

sources=(src/model/owner.c src/host/lib.c src/host/stack.c src/report/finding.c src/base/str.c)
for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    for level in -O0 -O1 -O2 -O3 -Os; do
        for how in "-fcf-protection=none -fno-pie" "-fcf-protection=full -fPIE" "-fPIC -mavx2"; do
            [ "$machine" = x86-64 ] || how=${how#* }
            mkdir "$work/o"
            # shellcheck disable=SC2086 # several words
            for file in "${sources[@]}"; do
                [ ! -e "$file" ] || "$compiler" -std=gnu17 -D_GNU_SOURCE -Isrc $level $how -c \
                    -o "$work/o/$(basename "$file").o" "$file" 2>/dev/null
            done
            compare "$compiler $level $how" "$work"/o/*.o
            rm -r "$work/o"
        done
    done
done
exit "$failed"
