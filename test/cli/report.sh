# SPDX-License-Identifier: MPL-2.0
# zmqguard report: records of several hosts merged, and every form valid with hostile texts in it.
. "$(dirname "$0")/../lib.bash"
records=$here/data/records.json
report() { env -u GITHUB_STEP_SUMMARY "$ZMQGUARD" report "$@"; }

# Four findings out of six records on three hosts; what is no record is named, and what may hide a
# finding is status 2, whatever was found.
expect 2 report "$records"
says out '^1 of 4: seen 44 times, in 4 processes on 3 hosts, first 2026-11-21T09:00:00.000000Z, last 2026-11-21T13:00:00Z$'
says out '^3 errors, 1 warning in 7 records$'
says out '^1 process ended and checked 5000 calls, 4 sockets, 6 threads$'
says out '^blind spot in /opt/pipe/pipeline \(pid=101 on alpha\): libzmq is linked into /opt/x'
says err 'records.json:4: no record'
says err 'records.json:7: a record of another schema version'
says err 'records.json:11: not a complete record'
same "lines on stderr" 5 "$(wc -l <err)"
says out '^incomplete: .*records.json: findings may be missing: 1 line is not a complete record$'
says out '^incomplete: .*records.json: findings may be missing: 1 line is a record of another schema'
# Without those two lines the findings are the verdict; a foreign line hides nothing.
sed -e 7d -e 11d "$records" >whole.json
expect 1 report whole.json
says err 'whole.json:4: no record'
says_not out incomplete
cp whole.json records.json
broken=$records records=records.json
# The text is the guard's: a record with lines speaks for its group.
says out '^ERROR: libzmqguard: cross-thread-use: zmq_send\(\) on a PUSH socket by thread T2, owned by thread T1 \(pid=102\)$'
says out '^    #0 push src/push\.h:12:5 \(pipeline\+0x1a2f\) \(BuildId: 9f3c0a\)$'
says out '^    #1 worker src/pipeline\.c:41:7 \(pipeline\+0x1a2f\) \(BuildId: 9f3c0a\)$'
says out '^    \(in libraries: #2 libc\.so\.6\)$'
says out '^    #0 ns::poll\(\)\+0x7 \(/opt/pipe/pipeline\+0x99\)'
says out '^    /run/x/\\x1b\[2J: socket, mode 0777, uid 1000, gid 1000 <- anyone may connect$'
says out '^SUMMARY: libzmqguard: cross-thread-use src/push\.h:12 in push$'
says out 'test test_pipe\.py::test_two_workers \(call\)'
sed 's/"frames": \[{"pc": "0x55d0c0de1a2f"/"unfollowed": "lib<jvm>.so", &/' whole.json >jvm.json
expect 1 report jvm.json
says out '^    \(frames of lib<jvm>\.so are not followed\)$'
expect 1 report --format=html jvm.json
says out '>frames of lib&lt;jvm&gt;\.so are not followed<'
expect 1 report whole.json
# Errors come first.
same "the warning is last" ipc-group-writable "$(sed -nE 's/^(ERROR|WARNING): libzmqguard: ([a-z-]+):.*/\2/p' out | tail -n 1)"

# A process that counts repetitions writes one time: no last one is claimed.
{ head -n 1 "$broken"; grep -m1 '"record": "summary"' "$broken"; } >counted.json
expect 1 report counted.json
says out '^1 of 1: seen 41 times, in 1 process on 1 host, first 2026-11-21T10:00:00.000002Z$'

# Two uses by one place: its stack stands there once.
frames='"frames": [{"module": "/opt/p", "offset": "0x1", "symbol": "f"}]'
echo '{"zmqguard": 1, "kind": "concurrent-use", "severity": "error", "events": [{"role": "access",' \
    "\"heading\": \"one\", $frames}, {\"role\": \"inside\", \"heading\": \"two\", $frames}]}" >twice.json
expect 1 report twice.json
says out '^    \(the same stack as above: one\)$'
expect 1 report --format=html twice.json
says out '>the same stack as: one<'

expect 1 report --frames=all records.json
says out '^    #2 start_thread\+?.* \(/usr/lib/.*/libc\.so\.6\+0x89134\) \(BuildId: 77aa\)$'
expect 2 report --frames=some records.json

# Verdicts.
expect 0 report --fail-on=never "$records"
grep ipc-group-writable "$records" >warning.json
expect 0 report warning.json
expect 1 report --fail-on=warning warning.json
expect 2 report
expect 2 report --format=yaml "$records"
expect 2 report --fail-on=sometimes "$records"
expect 2 report --folow "$records"
expect 2 report no-such-file
mkdir -p records/below && cp "$records" records/below/a.1 && cp warning.json records/.2
expect 1 report records
says out ' in 8 records$'

# Never "no findings" on what could not be read: nothing at all, a log of text reports, records that
# are cut or of another version, a file that is not there. Each with a sentence, in every form.
grep -v . "$records" >nothing
mkdir empty && echo hello >foreign
$CC -O2 -g -o pipeline "$here/data/pipeline.c" -lzmq -lpthread || exit 1
"$ZMQGUARD" --on_error=log ./pipeline racy 2>text.log
"$ZMQGUARD" ./pipeline clean 2>clean.log
head -n 1 "$records" | head -c 300 >cut.json
head -n 1 "$records" | head -c 7 >cut-early.json
printf '{"log": "%s' '{\"zmqguard\": 1, \"record\": \"fi' >cut-inside.json
sed -n 7p "$broken" >schema.json
unread() { # REGEX OPERAND
    local form
    for form in text junit sarif github gitlab html; do
        expect 2 report --format=$form --fail-on=never "$2"
        says err "$1"
        grep -qE 'incomplete|"executionSuccessful": false' out || fail "$form of $2 passes for green"
        says_not out 'name="no findings"|No findings\.'
    done
}
for operand in nothing empty foreign /dev/null -; do
    unread 'no record was read, so nothing is known' $operand
    expect 0 report --allow-empty $operand
done
unread 'text.log: findings may be missing: .* a text report, .* format=json' text.log
unread 'clean.log: findings may be missing: .* a text report' clean.log
for file in cut.json cut-early.json cut-inside.json; do
    unread "$file: findings may be missing: 1 line is not a complete record" $file
    expect 2 report --allow-empty $file
done
unread 'schema.json: findings may be missing: 1 line is a record of another schema version' schema.json
unread 'no-such-file: No such file' no-such-file
ln -s nowhere records/dangling
unread 'records/dangling: No such file' records
rm records/dangling
if [ "$(id -u)" -ne 0 ]; then
    touch records/c.3 && chmod 0 records/c.3
    unread 'records/c.3: Permission denied' records
fi
# A collector's log with other lines between the records is fine.
(echo hello; cat "$records"; echo '{"level": "info", "msg": "zmqguard is on"}') >mixed.json
expect 1 report mixed.json

# Suppressions: one line a finding, as the guard's own suggestion.
expect 1 report --gen-suppressions "$records"
same "entries" "concurrent-use:f<int> cross-thread-use:push ipc-group-writable:serve ipc-world-writable:ipc:///run/x/" \
    "$(grep -v '^#' out | grep . | LC_ALL=C sort | tr '\n' ' ' | sed 's/ $//')"

# GitHub: escaped annotations at column 0, nothing else that could be a command.
expect 1 env GITHUB_STEP_SUMMARY="$work/summary.md" "$ZMQGUARD" report --format=github "$records"
same "annotations" 4 "$(grep -cE '^::(error|warning) ' out)"
same "lines" 4 "$(wc -l <out)"
says out '^::error file=src/push\.h,line=12,col=5,title=libzmqguard%3A cross-thread-use::zmq_send'
says out '^::error file=dir with space/ä%2Cb%3Ac\.cc,line=3,title=libzmqguard%3A concurrent-use::</failure>.*100%25'
says out '^::error title=libzmqguard%3A ipc-world-writable::'
says summary.md '^### libzmqguard: 3 errors, 1 warning$'
says summary.md '[|] src/push.h:12 in push'
# Ten of a type are shown; the rest is in the summary.
for i in $(seq 25); do
    sed -n "1s/aaaaaaaaaaaaaaaa/$(printf '%016x' "$i")/p" "$records"
done >many.json
expect 1 env GITHUB_STEP_SUMMARY="$work/many.md" "$ZMQGUARD" report --format=github many.json
same "no more than ten" 10 "$(grep -c '^::error ' out)"
says out '^and 14 more: see the step'
same "rows of the summary" 25 "$(grep -c '^ | error | cross' many.md)"

# JUnit and the rest, by real parsers.
command -v python3 >/dev/null || skip "no python3: JUnit, SARIF, GitLab and HTML are not parsed"
for form in junit sarif gitlab html; do
    expect 1 report --format=$form "$records" && cp out "out.$form"
    expect 0 report --format=$form --allow-empty /dev/null && cp out "none.$form"
done
python3 "$here/data/forms.py" out none || fail "forms"
command -v xmllint >/dev/null || skip "no xmllint: JUnit is not held against its schema"
for these in "$records" "$broken" many.json /dev/null; do
    report --format=junit --allow-empty "$these" >junit.xml 2>/dev/null
    xmllint --noout --schema "$here/data/junit.xsd" junit.xml 2>xml.log ||
        { fail "JUnit of $these" && cat xml.log; }
done
finish
