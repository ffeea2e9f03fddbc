#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# ipykernel, whose kernels use sockets from several threads and are forked by their cells: silent but
# for one error, which is right: at the end a kernel closes its threads' sockets while the control
# thread, which nobody waits for, may be sending on its own (iostream.py: stop() and schedule()).
. "$(dirname "$0")/../lib.bash"
python_with ipykernel
"$python" -c 'import jupyter_client' 2>/dev/null || skip "no jupyter_client"
runs=${ZG_RUNS:-1}
cat >known <<'END'
concurrent-use:^zmq_close<*stop$ with ^zmq_msg_send<*schedule<
END

kernel() {
    HOME=$work ZG_GUARD=$GUARD ZMQGUARD_OPTIONS=summary=1:suppressions=$work/known:log_path=$work/report.%p \
        timeout -k 5 400 "$python" "$here/ipykernel.py" >out 2>err </dev/null || fail "exit $?"
    cat report.* >>out 2>/dev/null
    grep -q '^libzmqguard: summary' out || fail "no kernel ran under the guard"
    ! grep -E '^(ERROR|WARNING): libzmqguard' out || fail "reported"
    rm -f report.*
}
each_run kernel
finish
