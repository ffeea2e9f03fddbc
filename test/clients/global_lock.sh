#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# CPython's global lock orders nothing: what threads do in turns under it alone is suspect, what they
# do under locks of the program's own is in order. Neither is an error by itself.
. "$(dirname "$0")/../lib.bash"
python_with zmq
runs=2
options=provoke=off
silent "$python" "$here/global_lock.py" wrong
options=summary=1:provoke=off
guarded "$python" "$here/global_lock.py" wrong
says err "policy: suspect, policy=auto: CPython.s global lock in "
says err "suspicions: (1[0-9]|[2-9][0-9]*) by [0-9]+ pairs? of places, 0 proven"
guarded "$python" "$here/global_lock.py" right
says err "hand-overs: (1[0-9]|[2-9][0-9]*) in order"
says_not err "suspicions:"
options=unproven-hand-over=error
silent "$python" "$here/global_lock.py" right
caught unproven-hand-over "$python" "$here/global_lock.py" wrong
finish
