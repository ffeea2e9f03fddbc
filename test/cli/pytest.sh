# SPDX-License-Identifier: MPL-2.0
# pytest: the record of a finding names the test in which it happened, and the plugin makes that test
# red, whichever of its processes it was, and whoever of xdist's workers ran it.
. "$(dirname "$0")/../lib.bash"
python=$(command -v /usr/bin/python3 || command -v python3) || skip "no python3"
"$python" -c 'import pytest, zmq' 2>/dev/null || skip "no pytest, or no pyzmq"

# The GIL's lock orders all that Python does: strict is the policy for Python's own threads.
cat >test_pipe.py <<'END'
import itertools
import threading
import zmq

numbers = itertools.count()


def pair():
    context = zmq.Context.instance()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    name = "inproc://%d" % next(numbers)  # none twice: libzmq frees one some time after the close
    a.bind(name)
    b.connect(name)
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
says out 'name="[^"]*test_pipe\.py:[0-9]+ in send"'
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

# The plugin. Each test's outcome, with its own kept; in the order of their names.
mkdir plugin
cat >plugin/test_each.py <<'END'
import subprocess
import sys
import threading

import pytest
import zmq


def send(sock):
    sock.send(b"x", zmq.DONTWAIT)


def share():
    a = zmq.Context.instance().socket(zmq.PUB)
    send(a)
    t = threading.Thread(target=send, args=(a,))
    t.start()
    t.join()


@pytest.fixture
def shared_at_the_end():
    yield
    share()


def test_a_right():
    send(zmq.Context.instance().socket(zmq.PUB))


@pytest.mark.parametrize("name", ["a\\b", "\u00e9 c"])
def test_b_wrong(name):
    share()


def test_c_child():
    subprocess.call([sys.executable, "-c", "import test_each; test_each.share()"], cwd="plugin")


def test_d_teardown(shared_at_the_end):
    pass


@pytest.mark.xfail
def test_e_expected():
    share()
    assert 0


def test_f_own():
    share()
    assert 0, "its own"


def test_g_right_again():
    test_a_right()


def test_h_without():
    pass
END
cat >each.expected <<'END'
ERROR plugin/test_each.py::test_d_teardown
FAILED plugin/test_each.py::test_b_wrong[\xe9 c]
FAILED plugin/test_each.py::test_b_wrong[a\\b]
FAILED plugin/test_each.py::test_c_child
FAILED plugin/test_each.py::test_e_expected
FAILED plugin/test_each.py::test_f_own - AssertionError: its own
END
each() { # STATUS FILE ARGUMENT…
    local file=$2
    expect "$1" env PYTHONPATH="$top/src" "$ZMQGUARD" run --policy=strict --on_error=log --dedup=0 \
        "$python" -m pytest -q -p no:cacheprovider "${@:3}" "$file"
}
outcomes() { grep -E '^(FAILED|ERROR) ' out | sed 's/ - libzmqguard.*//' | LC_ALL=C sort; }
for workers in "" "-n 2"; do
    [ -z "$workers" ] || "$python" -c 'import xdist' 2>/dev/null || continue
    # shellcheck disable=SC2086 # an option and its value
    each 1 plugin/test_each.py -p zmqguard_pytest $workers
    outcomes >each.out
    diff each.expected each.out || fail "outcomes $workers"
    says out '^libzmqguard: cross-thread-use: zmq_msg_send\(\) on a PUB socket by thread T[0-9]+, owned by'
    says out '^    .*test_each\.py:10 in send$'
    says out ' [34] passed'
    each 0 test_green.py -p zmqguard_pytest $workers
    each 1 test_red.py -p zmqguard_pytest $workers
done
each 66 plugin/test_each.py -k 'right or wrong or without' # without it the run alone is red
says out '5 passed'
expect 0 env PYTHONPATH="$top/src" "$python" -m pytest -p no:cacheprovider -p zmqguard_pytest test_green.py
says out 'findings make no test red: not started by'

# By default the guilty test is where the run ends.
expect 134 "$ZMQGUARD" --policy=strict "$python" -m pytest -q -p no:cacheprovider test_pipe.py
says err 'cross-thread-use'
finish
