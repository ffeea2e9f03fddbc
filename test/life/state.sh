#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# verbosity=2 says what the hooks found; less than that does not.
set -u
program=$BUILD/test/prog/free_function
out=$(LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=verbosity=2 "$program" 2>&1) || { echo "$out"; exit 1; }
for line in 'libzmqguard: libzmq .*libzmq\.so.*functions found' 'libzmqguard: libc: .* found' \
    'libzmqguard: policy auto; stacks: '; do
    grep -qE "$line" <<<"$out" || { printf 'no line %s in:\n%s\n' "$line" "$out"; exit 1; }
done
out=$(LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=verbosity=1 "$program" 2>&1)
! grep -q 'functions found' <<<"$out"
