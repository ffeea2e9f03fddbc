#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# CZMQ's actors hand sockets over all the time, and rightly.
. "$(dirname "$0")/../lib.bash"
echo '#include <czmq.h>' | ${CC:-cc} -E - >/dev/null 2>&1 || skip "no czmq.h"
compile czmq "$here/czmq.c" -lczmq -lzmq
timeout 60 ./czmq >out 2>&1 || skip "fails without the guard: $(head -n 1 out)"
runs=10 silent ./czmq
finish
