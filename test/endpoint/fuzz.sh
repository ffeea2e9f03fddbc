#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What comes from outside, changed at random with fixed seeds, under the address and undefined
# behaviour sanitizers: about a minute. make fuzz goes on for longer.
set -u
for target in test/fuzz/fuzz_*.c; do
    name=$(basename "$target" .c)
    [ -x "$BUILD/test/fuzz/$name" ] || { echo "the compiler has no sanitizers"; exit 77; }
    runs=$(sed -n 's,^.*zg: runs \([0-9]*\).*,\1,p' "$target") # of one that makes system calls
    "$BUILD/test/fuzz/$name" "${runs:-12000000}" || exit 1
done
