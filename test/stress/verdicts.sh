#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Random programs against an oracle (verdicts.c).
#   verdicts.sh FIRST LAST    seeds; make order-sweep SEEDS=1-20000. Prints those that differ.
# BUILD names the build directory. LIBZMQ: the folder of a libzmq with draft functions, for pollers.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=$(realpath "${BUILD:-build}")
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT

"${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -O2 -Isrc -Itest -o "$tmp/verdicts" test/stress/verdicts.c -lzmq \
    -lpthread -ldl || exit 1
export LD_LIBRARY_PATH=${LIBZMQ:-}${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}
LD_PRELOAD=$build/libzmqguard.so ZMQGUARD_OPTIONS=policy=fence:on_error=exit:symbolize=0 \
    "$tmp/verdicts" "${1:-1}" "${2:-1}" 2>"$tmp/reports"
status=$?
[ "$status" -eq 0 ] || { [ "${1:-1}" = "${2:-1}" ] && cat "$tmp/reports"; }
exit "$status"
