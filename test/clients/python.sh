#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Python: pyzmq, ctypes and cffi; a shared socket is caught, orderly hand-overs are silent.
# shellcheck source=test/clients/lib.bash
. test/clients/lib.bash
python_with zmq

caught 5 'concurrent-use|cross-thread-use' "$python" "$here/pyzmq_shared.py"
silent 5 "$python" "$here/pyzmq_threads.py"
for way in ctypes cffi; do
    "$python" -c "import $way" 2>/dev/null || continue
    caught 5 'concurrent-use|cross-thread-use' "$python" "$here/foreign.py" "$way" shared
    silent 5 "$python" "$here/foreign.py" "$way" own
done
finish
