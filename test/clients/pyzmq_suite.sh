#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# python3-zmq's own test suite: test for test the same result with the guard as without, and no
# error in the guard's log but two, which are right and which its makers meant. test_context.py's
# test_shadow wants EFAULT of a context after its end. And "closed" of a socket whose handle another
# object closed asks the dead handle for its ZMQ_TYPE and takes ENOTSOCK for yes (test_future.py's
# test_close_all_fds, zmq.green's copies); it is seen unless the address has a new socket.
# Alone, and one run after the other: the suite has subscriptions that race with what is published,
# and loses on a busy machine.
# zg: alone
. "$(dirname "$0")/../lib.bash"
python_with zmq
python_with zmq.tests
"$python" -c 'import pytest' 2>/dev/null || skip "no Python with pytest"
suite=$("$python" -c 'import os, zmq.tests; print(os.path.dirname(zmq.tests.__file__))')
compgen -G "$suite/test_*.py" >/dev/null || skip "this python3-zmq comes without its tests"

limit=400 # seconds for all

# One line a test: its name and result, sorted.
results() { # log
    grep -oE '[^ ]+::[^ ]+ (PASSED|FAILED|ERROR|SKIPPED|XFAIL|XPASS)' "$1" | sed 's,.*/,,' | sort
}
pytest() { # log what…
    local log=$1
    shift
    PYTHONPATH=$work timeout -k 5 "$limit" "$python" -m pytest -v -p no:cacheprovider -p hang \
        --color=no "$@" >"$log" 2>&1
}
# A test that hangs, as test_log does now and then, ends the run; the file "running" has its name.
cat >hang.py <<PY
import faulthandler, os, pytest

@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_protocol(item):
    with open("$work/running", "w") as f:
        f.write(item.nodeid)
    faulthandler.dump_traceback_later(60, exit=True)
    yield
    faulthandler.cancel_dump_traceback_later()
    os.unlink("$work/running")
PY
guarded_pytest() {
    env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS="on_error=log:log_path=$work/report:summary=1" \
        bash -c "$(declare -f pytest); limit=$limit python=$python work=$work pytest \"\$@\"" pytest "$@"
}

# Without those that hang without the guard.
without=()
for _ in 1 2 3 4 5; do
    pytest bare.log "${without[@]}" "$suite"
    [ -e running ] || break
    without+=("--deselect=$(cat running)")
    rm running
done
for _ in 1 2; do # one that hangs now and then may have done so here
    guarded_pytest guarded.log "${without[@]}" "$suite"
    [ -e running ] || break
    rm running
done
results bare.log >bare
results guarded.log >guarded
# The suite has tests of its own that fail now and then. What differs is tried again, three times,
# alone, and counts only if it differs then too. One that hangs without the guard says nothing.
limit=60
comm -3 bare guarded | sed 's/^\t//; s/ [A-Z]*$//' | sort -u >differing
while IFS= read -r test; do
    for _ in 1 2 3; do
        pytest again.log "$suite/$test"
        results again.log >again.bare
        [ -s again.bare ] || continue 2
        guarded_pytest again.log "$suite/$test"
        results again.log >again.guarded
        cmp -s again.bare again.guarded && continue 2
    done
    cat again.log >out
    fail "$test differs under the guard: $(comm -3 again.bare again.guarded | tr '\n' ' ')"
done <differing
[ "$(grep -c PASSED guarded)" -gt 100 ] || { cp guarded.log out; fail "hardly a test passed"; }
cat report* >out 2>/dev/null
# One record after another: those of errors that are not the ones above.
awk 'function meant() {
         return record ~ /ERROR: libzmqguard: use-after-term: zmq_socket\(\)/ &&
                    record ~ /test_shadow/ ||
                record ~ /ERROR: libzmqguard: use-after-close: zmq_getsockopt\(\)/
     }
     /^=====/ { if (record ~ /ERROR: / && !meant()) printf "%s", record; record = "" }
     { record = record $0 "\n" }' out >wrong
[ ! -s wrong ] || { cp wrong out; fail "errors were reported"; }
grep -q 'libzmqguard' out || fail "no summary: it did not run under the guard"
echo "$(grep -c PASSED bare) and $(grep -c PASSED guarded) passed, $(wc -l <differing) tried again," \
    "${#without[@]} hang"
finish
