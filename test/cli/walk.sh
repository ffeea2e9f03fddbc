# SPDX-License-Identifier: MPL-2.0
# A stranger's walk: the README's own commands lead from a clone to a red CI job of a two-file pyzmq
# project, and a mended one is green again; and every example of the manual pages that can run here
# runs.
. "$(dirname "$0")/../lib.bash"
python_with zmq
"$python" -c 'import pytest' 2>/dev/null || skip "no pytest"
mkdir your-project && cd your-project || exit 1
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
cd "$work" || exit 1

# The commands as they stand in the README.
block() { # HEADING: the indented lines below it, without their remarks
    sed -n "/^## $1/,/^##/p" "$top/README" | sed -n 's/^    \([A-Za-z].*\)/\1/p' | sed 's/  *#.*//'
}
# From the clone on, word for word, in one shell that says how each ended. What was built for the
# tests serves the clone's make as well; python3 is one that has pyzmq.
mkdir bin && ln -s "$python" bin/python3
# Tests that run beside this one make and remove files below build/test and build/embedded.
mkdir -p clone/build && tar -C "$top" --exclude=./build --exclude=./build-* --exclude=./.git -cf - . |
    tar -C clone -xf - && tar -C "$BUILD" --exclude=./test --exclude=./embedded -cf - . |
    tar -C clone/build -xf - || die "no clone"
mapfile -t walk < <(block 'From a clone to a red CI job')
[ "${#walk[@]}" -le 10 ] || fail "${#walk[@]} commands"
(
    unset BUILD GUARD ZMQGUARD
    export HOME=$work PATH=$work/bin:$PATH
    cd clone || exit 1
    for line in "${walk[@]}"; do
        eval "$line" >>"$work/walk.log" 2>&1 </dev/null
        echo "$? $line"
    done
) >walked
cat >expected <<'END'
0 scripts/quickstart
0 make install PREFIX=~/.local
0 export PATH=~/.local/bin:$PATH
0 cd ../your-project
0 zmqguard check python3
66 zmqguard run --job=zg --policy=strict --on_error=log python3 -m pytest
1 zmqguard report zg
1 zmqguard report --format=junit zg > zg.xml
END
diff expected walked || { fail "the walk" && tail -n 40 walk.log; }
says walk.log '^Caught\. Now your own program'
says walk.log '^SUMMARY: libzmqguard: cross-thread-use .*feed\.py:[0-9]+ in (Feed\.)?publish' # from 3.11 on
says your-project/zg.xml '<failure message="[^"]*owned by the main thread'

ln -s "$ZMQGUARD" bin/zmqguard && export PATH=$work/bin:$PATH && cp your-project/*.py .
printf 'check:\n\t%s -m pytest -q -p no:cacheprovider test_feed.py\n' "$python" >Makefile

# With the policy that the README names for Python.
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

# The first run.
$CC -O2 -g -o service "$here/data/pipeline.c" -lzmq -lpthread || exit 1
unset ZMQGUARD_OPTIONS
mapfile -t run < <(block 'The first run on your own service')
expect 134 bash -c "${run[0]/args…/racy}"
expect 0 bash -c "${run[1]/args…/racy}"
says err '^SUMMARY: libzmqguard: '
line=${run[2]/\/usr\/local\/lib\/libzmqguard.so/$GUARD}
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
