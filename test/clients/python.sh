#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Python: pyzmq, ctypes and cffi; a shared socket is caught, orderly hand-overs are silent.
. "$(dirname "$0")/../lib.bash"
python_with zmq

runs=5 caught 'concurrent-use|cross-thread-use' "$python" "$here/pyzmq_shared.py"
runs=5 silent "$python" "$here/pyzmq_threads.py"
for way in ctypes cffi; do
    "$python" -c "import $way" 2>/dev/null || continue
    runs=5 caught 'concurrent-use|cross-thread-use' "$python" "$here/foreign.py" "$way" shared
    runs=5 silent "$python" "$here/foreign.py" "$way" own
done
finish
