#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# In log mode a call is not open while the report on it is written: who comes meanwhile finds nobody
# inside, and need not wait. The guard's helper is a script here, which takes as long as it is told.
# shellcheck source=test/lib.bash
. "$(dirname "$0")/../lib.bash"
program report_open report_open.c -lzmq
program bind_open bind_open.c -lzmq
cp "$GUARD" libzmqguard.so
GUARD=$work/libzmqguard.so
cat >zmqguard <<'END'
#!/bin/sh
cd "$(dirname "$0")" || exit 1
: >started
until [ -e go ]; do sleep 0.05; done
while read -r line; do echo; done
END
chmod +x zmqguard
options=on_error=log:policy=fence
# Who loses the processor for seconds between two steps sees the report over: then once more.
for _ in {1..5}; do
    rm -f go started
    guarded ./report_open
    [ "$status" -eq 0 ] && grep -q '^the report was open$' out && ! grep -q concurrent-use err && break
done
[ "$status" -ne 77 ] || skip 'the machine is too slow'
[ "$status" -eq 0 ] || die "exit $status"
says out '^the report was open$'
says err '^ERROR: libzmqguard: cross-thread-use: zmq_send\(\) on a PAIR socket by thread'
says_not err concurrent-use

# A finding made while libzmq binds is written when the call is over.
rm -f go started
options=on_error=log:policy=overlap
guarded ./bind_open
[ "$status" -eq 0 ] || die "exit $status"
says err '^ERROR: libzmqguard: ipc-world-writable: '
says_not err concurrent-use
finish
