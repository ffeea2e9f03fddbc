#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A thousandth part of make soak: memory, descriptors and logs stay flat. No times: those are for
# machines that do nothing else.
# shellcheck source=test/lib.bash
. "$(dirname "$0")/../lib.bash"
mkdir -p build/test/soak
program build/test/soak/soak "$top/test/soak/soak.c" "$top/test/soak/memory.c" -I "$top/src" \
    -I "$top/test" -lzmq -ldl
parts='calls sockets locks threads contexts names file'
SCALE=0.001 SOAK_TIME=0 BUILD=$work/build SOAK_PARTS=$parts \
    "$top/test/soak/run" >out 2>err || fail 'not flat'
[ -s build/soak.svg ] || fail 'no picture'
finish
