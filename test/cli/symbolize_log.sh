# SPDX-License-Identifier: MPL-2.0
# The same finding in a whole, a stripped and a separately symbolized program gives the same files
# and lines: at once, or after `zmqguard symbolize LOG` where the debug files are.
. "$(dirname "$0")/../lib.bash"

cp "$here/data/pipeline.c" .
$CC -O2 -g -Wl,--build-id -o pipeline pipeline.c -lzmq -lpthread || exit 1
id=$(readelf -n pipeline | sed -n 's/.*Build ID: //p')
mkdir -p debug/.build-id/"${id:0:2}" there
objcopy --only-keep-debug pipeline debug/.build-id/"${id:0:2}/${id:2}.debug"
strip -o there/pipeline pipeline

# Function, file, line and module of every frame of our own program, and the summary's place.
shape() {
    sed -nE -e 's,^ *#[0-9]+ ([^ ]+) ([^ ]*/)?(pipeline\.c:[0-9]+)(:[0-9]+)? .*\(([^ ]*/)?pipeline\+.*,\1 \3,p' \
        -e 's,^SUMMARY: libzmqguard: ([^ ]+) ([^ ]*/)?(pipeline\.c:[0-9]+) in (.*),SUMMARY \1 \3 \4,p' "$1"
}

expect 134 "$ZMQGUARD" ./pipeline racy
shape err >golden
line=$(grep -n 'the guilty line' pipeline.c | cut -d: -f1)
same "the guilty line" "push pipeline.c:$line" "$(head -n 1 golden)"
same "and its caller" "work pipeline.c:$((line + 5))" "$(sed -n 2p golden)"
says golden "^SUMMARY cross-thread-use pipeline.c:$line push$"

# Stripped: no line, but module and build-id; finished afterwards.
expect 134 "$ZMQGUARD" there/pipeline racy
same "nothing known there" "" "$(shape err)"
cp err there/log && mv there/pipeline gone # nor is the program here any more
expect 0 "$ZMQGUARD" symbolize --debug-path="$work/debug" there/log
shape out >finished
diff golden finished || fail "the finished log differs"
same "other lines stay" "$(grep -v '^ *#' there/log | grep -v '^SUMMARY')" "$(grep -v '^ *#' out | grep -v '^SUMMARY')"
same "frames are numbered" "0 1" "$(grep -oE '^    #[01] (push|work) ' out | head -n 2 | tr -cd '01\n' | tr '\n' ' ' | sed 's/ $//')"
# A finished log stays as it is.
cp out again && expect 0 "$ZMQGUARD" symbolize --debug-path="$work/debug" again
same "twice is once" "$(cat again)" "$(cat out)"
# Without debug files nothing is invented.
expect 0 "$ZMQGUARD" symbolize there/log
same "nothing invented" "" "$(shape out)"

# The same with records; and every form has the line then.
mkdir -m 700 records && mv gone there/pipeline
expect 134 "$ZMQGUARD" --format=json --log_path="$work/records/run" there/pipeline racy
expect 0 "$ZMQGUARD" symbolize --debug-path="$work/debug" records/run.*
cp out finished.json
expect 1 "$ZMQGUARD" report finished.json
shape out >finished
diff golden finished || fail "the finished record differs"
for form in junit sarif github gitlab html; do
    expect 1 "$ZMQGUARD" report --format=$form finished.json
    says out 'pipeline\.c'
    says out "(pipeline.c:|line=|line=\"|startLine\": |begin\": )$line"
done

# Debug files where the system has them: the guard's own report is complete.
if [ "$(id -u)" -eq 0 ] && [ ! -e "/usr/lib/debug/.build-id/${id:0:2}/${id:2}.debug" ]; then
    system=/usr/lib/debug/.build-id/${id:0:2}
    mkdir -p "$system" && cp "debug/.build-id/${id:0:2}/${id:2}.debug" "$system/"
    expect 134 "$ZMQGUARD" there/pipeline racy
    rm -f "$system/${id:2}.debug" && rmdir --ignore-fail-on-non-empty "$system"
    shape err >finished
    diff golden finished || fail "with debug files of the system"
fi
finish
