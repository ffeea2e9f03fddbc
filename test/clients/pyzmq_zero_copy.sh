#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# pyzmq's zero-copy sends in a program that ends without terminating its context: the socket of its
# collector is used by libzmq's I/O thread and closed by the main thread. Not a word.
set -eu
: "${GUARD:?}"
python=/usr/bin/python3
"$python" -c 'import zmq' 2>/dev/null || { echo "no pyzmq"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT
cat >"$dir/program.py" <<'EOF'
import zmq

context = zmq.Context()
push, pull = context.socket(zmq.PUSH), context.socket(zmq.PULL)
pull.connect("tcp://127.0.0.1:%d" % push.bind_to_random_port("tcp://127.0.0.1"))
for _ in range(50):
    push.send(b"y" * 200000, copy=False)
    pull.recv()
print("ok")
EOF
for ((run = 0; run < ${ZG_RUNS:-10}; run++)); do
    timeout 60 env LD_PRELOAD="$GUARD" "$python" "$dir/program.py" >"$dir/out" 2>&1 || true
    [ "$(cat "$dir/out")" = ok ] || { cat "$dir/out"; exit 1; }
done
