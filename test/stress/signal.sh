#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Handlers at 10 kHz that send, post semaphores and longjmp: no right hand-over is reported, and
# each wrong use is (of 5,000 hand-overs at most).
#   signal.sh [COUNT]    make stress: 1,000,000 hand-overs, some minutes
# BUILD names the build directory.
set -u
cd "$(dirname "$0")/../.." || exit 1
count=${1:-2000}
wrong=$((count / 10 < 5000 ? count / 10 : 5000)) # each is a report or two
build=$(realpath "${BUILD:-build}")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
fail() { printf '%s\n' "$*"; tail "$tmp/out"; exit 1; }

"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -Itest -O2 -o "$tmp/signal" test/stress/signal.c \
    -lzmq -lpthread || exit 1
LD_PRELOAD=$build/libzmqguard.so "$tmp/signal" "$count" >"$tmp/out" 2>&1 || fail "status $?"
grep -q libzmqguard "$tmp/out" && fail "a false alarm"
cat "$tmp/out"
options=on_error=log:dedup=0:symbolize=0:max_reports=$((3 * wrong))
LD_PRELOAD=$build/libzmqguard.so ZMQGUARD_OPTIONS=$options "$tmp/signal" "$wrong" wrong \
    >"$tmp/out" 2>&1 || fail "wrong: status $?"
found=$(grep -c '^SUMMARY: libzmqguard: cross-thread-use' "$tmp/out")
grep 'hand-overs,' "$tmp/out"
echo "$found of $((2 * wrong - 1)) wrong uses reported"
[ "$found" -eq $((2 * wrong - 1)) ] || fail "a miss"
