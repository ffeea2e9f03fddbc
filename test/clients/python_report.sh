#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A report on a Python program names the Python function, file and line of both threads, and leaves
# the interpreter's own frames out.
set -eu
python=/usr/bin/python3
[ -x $python ] && $python -c 'import zmq' 2>/dev/null || { echo "no python3-zmq"; exit 77; }
$python -c 'import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 15))' ||
    { echo "python3 of another version"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/shared.py" <<'PY'
import threading, zmq

context = zmq.Context()
a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
a.bind("inproc://a")
b.connect("inproc://a")

def reader():
    a.recv()

def waits_in_poll(thread):
    with open(f"/proc/self/task/{thread.native_id}/syscall") as f:
        return f.read().split()[0] in ("7", "73")  # poll, ppoll on aarch64

def writer():
    a.send(b"x")

t = threading.Thread(target=reader)
t.start()
while not waits_in_poll(t):
    pass
writer()
PY
for symbolize in 0 1; do
    status=0
    LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=symbolize=$symbolize \
        $python "$dir/shared.py" >"$dir/out" 2>&1 || status=$?
    cat "$dir/out"
    [ "$status" -eq 134 ]
    grep -q "^SUMMARY: libzmqguard: concurrent-use $dir/shared.py:16 in writer" "$dir/out"
    grep -q "#[0-9]* writer $dir/shared.py:16\$" "$dir/out"
    grep -q "#[0-9]* <module> $dir/shared.py:22\$" "$dir/out"
    grep -q "#[0-9]* reader $dir/shared.py:9\$" "$dir/out"
    grep -q "#[0-9]* <module> $dir/shared.py:4\$" "$dir/out" # the socket's creation
    if grep -q _PyEval_EvalFrameDefault "$dir/out"; then exit 1; fi
done
