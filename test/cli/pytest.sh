# SPDX-License-Identifier: MPL-2.0
# pytest: the record of a finding names the test in which it happened.
. "$(dirname "$0")/../lib.bash"
python=$(command -v /usr/bin/python3 || command -v python3) || skip "no python3"
"$python" -c 'import pytest, zmq' 2>/dev/null || skip "no pytest, or no pyzmq"

# The GIL's lock orders all that Python does: strict is the policy for Python's own threads.
cat >test_pipe.py <<'END'
import threading
import zmq


def pair():
    context = zmq.Context.instance()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("inproc://%d" % id(a))
    b.connect("inproc://%d" % id(a))
    return a, b


def send(sock):
    sock.send(b"x", zmq.DONTWAIT)


def send_and_close(sock):
    send(sock)  # the guilty line is in send(); this thread is the owner then
    sock.close()


def test_alone():
    a, b = pair()
    send(a)
    assert b.recv() == b"x"


def test_guilty():
    a, b = pair()
    send(a)
    t = threading.Thread(target=send_and_close, args=(a,))
    t.start()
    t.join()
    assert b.recv() == b"x" and b.recv() == b"x"


def test_alone_again():
    test_alone()
END
mkdir -m 700 records
expect 0 "$ZMQGUARD" --policy=strict --on_error=log --format=json --log_path="$work/records/run" \
    --leaked-socket=off "$python" -m pytest -q -p no:cacheprovider test_pipe.py
says out '3 passed'
expect 1 "$ZMQGUARD" report records
says out '^1 error, '
says out 'test test_pipe\.py::test_guilty \(call\)'
says out '^SUMMARY: libzmqguard: cross-thread-use .*test_pipe\.py:[0-9]+ in send'
expect 1 "$ZMQGUARD" report --format=junit records
says out 'file=".*test_pipe\.py" line="[0-9]+"'
# One verdict over all processes: workers of xdist, and what a test starts. Both modes are red, and
# the record names the test.
if "$python" -c 'import xdist' 2>/dev/null; then
    expect 66 "$ZMQGUARD" run --job=job --policy=strict --on_error=log "$python" -m pytest -q -n 2 \
        -p no:cacheprovider test_pipe.py
    says out '3 passed'
    expect 1 "$ZMQGUARD" report job
    says out 'test test_pipe\.py::test_guilty \(call\)'
fi
cat >test_child.py <<'END'
import subprocess
import sys


def test_child():
    subprocess.call([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_pipe.py"])
END
for mode in abort log; do
    expect 66 "$ZMQGUARD" run --policy=strict --on_error=$mode "$python" -m pytest -q \
        -p no:cacheprovider test_child.py
    says out '1 passed'
    says err '^SUMMARY: libzmqguard: cross-thread-use .*test_pipe\.py:[0-9]+ in send'
done
# A test's own failure is its own; a suite without zmq is green.
printf 'def test_red():\n    assert 0\n' >test_red.py
printf 'def test_green():\n    pass\n' >test_green.py
expect 1 "$ZMQGUARD" run "$python" -m pytest -q -p no:cacheprovider test_red.py
expect 0 "$ZMQGUARD" run "$python" -m pytest -q -p no:cacheprovider test_green.py

# By default the guilty test is where the run ends.
expect 134 "$ZMQGUARD" --policy=strict "$python" -m pytest -q -p no:cacheprovider test_pipe.py
says err 'cross-thread-use'
finish
