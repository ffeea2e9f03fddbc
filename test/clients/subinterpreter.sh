#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The global lock that a sub-interpreter of CPython has to itself orders as little as the main one's.
. "$(dirname "$0")/../lib.bash"
python_with _interpreters
for lock in legacy isolated; do
    options=summary=1:provoke=off
    guarded "$python" "$here/subinterpreter.py" "$lock" wrong
    says err "suspicions: (1[0-9]|[2-9][0-9]*) by [0-9]+ pairs? of places, 0 proven"
    guarded "$python" "$here/subinterpreter.py" "$lock" right
    says err "hand-overs: (1[0-9]|[2-9][0-9]*) in order"
    says_not err "suspicions:"
    options=unproven-hand-over=error
    caught unproven-hand-over "$python" "$here/subinterpreter.py" "$lock" wrong
done
finish
