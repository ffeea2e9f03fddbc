#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# pyzmq and multiprocessing's fork.
. "$(dirname "$0")/../lib.bash"
runs=3
python_with zmq
silent "$python" "$here/fork.py" right
caught use-after-fork "$python" "$here/fork.py" wrong
finish
