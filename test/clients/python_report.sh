#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A report on a Python program names the Python function, file and line of both threads and what
# Python calls them, in text, JSON and HTML, and leaves the interpreter's own frames out.
. "$(dirname "$0")/../lib.bash"
python_with zmq
"$python" -c 'import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 15))' ||
    skip "python3 of another version"

cat >shared.py <<'PY'
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

class Named(threading.Thread):
    """Attributes before and after those of a Thread, of which some are made late."""
    def __init__(self, name, target, later):
        self.early = 1
        super().__init__(name=name, target=target)
        for i in range(later):
            setattr(self, f"later{i}", i)

t = Named("the reader", reader, 2)
t.start()
while not waits_in_poll(t):
    pass
u = Named("a writer of a name longer than the system's", writer, 60)
u.start()
u.join()
PY
line_of() { grep -n -- "$1" shared.py | head -n 1 | cut -d: -f1; }
sends=$(line_of 'a\.send(b"x")') reads=$(line_of 'a\.recv()') starts=$(line_of 'u\.start()')
makes=$(line_of 'a, b = ')

for symbolize in 0 1; do
    options=symbolize=$symbolize
    caught concurrent-use "$python" "$work/shared.py"
    says err "^SUMMARY: libzmqguard: concurrent-use $work/shared.py:$sends in writer"
    says err "#[0-9]+ writer $work/shared.py:$sends\$"
    says err "#[0-9]+ reader $work/shared.py:$reads\$"
    says err "#[0-9]+ <module> $work/shared.py:$starts\$" # the thread's creation
    says err "#[0-9]+ <module> $work/shared.py:$makes\$"  # the socket's creation
    says err '^  zmq_[a-z_]+\(\) by thread T[0-9]+ "a writer of a name longer than the system.s"'
    says err 'thread T[0-9]+ "the reader" \(tid [0-9]+\) is inside of'
    says_not err _PyEval_EvalFrameDefault
done

options=format=json
guarded "$python" "$work/shared.py"
same "exit" 134 "$status"
cp err records
"$ZMQGUARD" report --format=html records >html
for file in records html; do
    says $file "a writer of a name longer than the system('|&#39;|\\\\x27)s"
    says $file 'the reader'
done
sed 's/<[^>]*>//g' html >page
says page "^writer $work/shared\.py:$sends\$"
says page "^reader $work/shared\.py:$reads\$"
"$python" - "$sends" "$reads" <<'PY' || fail "frames in JSON"
import json, sys
record = [json.loads(line) for line in open("records")][0]
lines = {(l["function"], l["file"].split("/")[-1], l["line"]) for e in record["events"] for f in e["frames"] for l in f.get("lines", [f])
         if l.get("function")}
name = "shared.py"
assert {("writer", name, int(sys.argv[1])), ("reader", name, int(sys.argv[2]))} <= lines, lines
PY
finish
