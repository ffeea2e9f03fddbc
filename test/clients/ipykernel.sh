#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# ipykernel, whose kernels use sockets from several threads and are forked by their cells: silent.
. "$(dirname "$0")/../lib.bash"
python_with ipykernel
"$python" -c 'import jupyter_client' 2>/dev/null || skip "no jupyter_client"
runs=${ZG_RUNS:-1}

kernel() {
    HOME=$work ZG_GUARD=$GUARD ZMQGUARD_OPTIONS=summary=1:log_path=$work/report.%p \
        timeout -k 5 400 "$python" "$here/ipykernel.py" >out 2>err </dev/null || fail "exit $?"
    cat report.* >>out 2>/dev/null
    grep -q '^libzmqguard: summary' out || fail "no kernel ran under the guard"
    ! grep -E '^(ERROR|WARNING): libzmqguard' out || fail "reported"
    rm -f report.*
}
each_run kernel
finish
