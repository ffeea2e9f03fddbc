# SPDX-License-Identifier: MPL-2.0
# A stranger's walk: the README's own commands make the CI job of a two-file pyzmq project red, and a
# mended one green again; and every example of the manual pages that can run here runs.
. "$(dirname "$0")/../lib.bash"
python_with zmq
"$python" -c 'import pytest' 2>/dev/null || skip "no pytest"
mkdir bin && ln -s "$ZMQGUARD" bin/zmqguard && export PATH=$work/bin:$PATH

cat >feed.py <<'END'
import threading

import zmq


class Feed:
    def __init__(self):
        self.out = zmq.Context.instance().socket(zmq.PUB)

    def publish(self, text):
        self.out.send_string(text)

    def publish_later(self, text):
        t = threading.Thread(target=self.publish, args=(text,))
        t.start()
        t.join()
END
cat >test_feed.py <<'END'
from feed import Feed


def test_feed():
    feed = Feed()
    feed.publish("a")
    feed.publish_later("b")
    feed.publish("c")
END
printf 'check:\n\t%s -m pytest -q -p no:cacheprovider test_feed.py\n' "$python" >Makefile

# The commands as they stand in the README, with the policy that it names for Python.
block() { # HEADING: the indented lines below it, without their remarks
    sed -n "/^## $1/,/^##/p" "$top/README" | sed -n 's/^    \([A-Za-z].*\)/\1/p' | sed 's/  *#.*//'
}
mapfile -t ci < <(block 'CI in three lines')
same "lines" 3 "${#ci[@]}"
export ZMQGUARD_OPTIONS=policy=strict
expect 66 bash -c "${ci[0]/make check/sh -c \"make check; true\"}"
expect 1 bash -c "${ci[1]}"
says zg.xml '<failure message="[^"]*owned by the main thread'
says zg.xml 'feed\.py'
mv zg baseline
expect 2 bash -c "${ci[0]}" # make's own status for a test that died
expect 0 bash -c "${ci[2]}"
says out '^0 new, 1 still there, 0 gone$'
# Mended: the thread has a socket of its own.
sed -i 's/self.out.send_string(text)/zmq.Context.instance().socket(zmq.PUB).send_string(text)/' feed.py
rm -rf zg
expect 0 bash -c "${ci[0]}"
expect 0 bash -c "${ci[1]}"
expect 0 bash -c "${ci[2]}"
says out '^0 new, 0 still there, 1 gone$'
says "$top/README" 'zmqguard run --policy=strict python3 -m pytest'

# The first run.
$CC -O2 -g -o service "$here/data/pipeline.c" -lzmq -lpthread || exit 1
unset ZMQGUARD_OPTIONS
mapfile -t run < <(block 'The first run on your own service')
expect 0 bash -c "${run[0]}"
expect 134 bash -c "${run[1]/args…/racy}"
expect 0 bash -c "${run[2]/args…/racy}"
says err '^SUMMARY: libzmqguard: '
line=${run[3]/\/usr\/local\/lib\/libzmqguard.so/$GUARD}
expect 0 bash -c "${line/\/var\/log\/zmq/$work/log} racy"
same "its log" 1 "$(grep -l '^SUMMARY: libzmqguard: ' log.* | wc -l)"

# zmqguard(1), EXAMPLES.
examples() { sed -n '/^\.Sh EXAMPLES/,/^\.Sh SEE/p' "$top/src/cli/zmqguard.1" | sed -nE 's/^\.Dl //; /^zmqguard /p'; }
mv service pipeline && cp pipeline pipeline_test && mkdir -p build/debug && : >service.log.4711
same "examples" 4 "$(examples | wc -l)"
while IFS= read -r line; do
    case $line in
    *pipeline_test) expect 134 bash -c "$line racy" ;;
    *run*pipeline) expect 66 bash -c "$line racy" ;;
    *findings.html) expect 1 bash -c "$line" && says findings.html '<!DOCTYPE html>' ;;
    *symbolize*) expect 0 bash -c "$line" ;;
    *) fail "an example that no test runs: $line" ;;
    esac
done < <(examples)
finish
