#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# pyzmq and multiprocessing's fork.
# shellcheck source=test/life/lib.bash
. test/life/lib.bash
python=/usr/bin/python3
"$python" -c 'import zmq' 2>/dev/null || skip "no pyzmq"
right "$python" "$here/fork.py" right
wrong use-after-fork "$python" "$here/fork.py" wrong
