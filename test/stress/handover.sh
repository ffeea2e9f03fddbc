#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Correct hand-overs of sockets, three processes at once, must not be reported.
#   handover.sh [COUNT]    make stress: 10,000,000 hand-overs in each process, some ten minutes
# BUILD names the build directory.
set -u
cd "$(dirname "$0")/../.." || exit 1
count=${1:-100000}
build=$(realpath "${BUILD:-build}")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

"${CC:-cc}" -std=gnu17 -O2 -o "$tmp/handover" test/stress/handover.c -lzmq -lpthread || exit 1
pids=()
for i in 1 2 3; do
    LD_PRELOAD=$build/libzmqguard.so "$tmp/handover" "$count" >"$tmp/out.$i" 2>&1 &
    pids+=($!)
done
failed=0
for i in 1 2 3; do
    wait "${pids[i - 1]}" || failed=1
    cat "$tmp/out.$i"
    grep -q libzmqguard "$tmp/out.$i" && failed=1
done
exit "$failed"
