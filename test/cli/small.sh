# SPDX-License-Identifier: MPL-2.0
# What users type by habit, and what once was taken for something else: each gets what is meant, or a
# word that helps.
. "$(dirname "$0")/../lib.bash"
$CC -O2 -g -o pipeline "$here/data/pipeline.c" -lzmq -lpthread || exit 1

# A value behind a blank.
expect 2 "$ZMQGUARD" --policy strict ./pipeline clean
says err "^zmqguard: --policy takes its value behind '=': --policy=VALUE$"
expect 2 "$ZMQGUARD" --concurrent-use warning ./pipeline clean
says err "^zmqguard: --concurrent-use takes its value behind '='"
expect 2 "$ZMQGUARD" --polcy strict ./pipeline clean
says err 'polcy.*policy'
expect 66 "$ZMQGUARD" run --job job sh -c './pipeline racy; true'

# Two forms at once.
expect 2 "$ZMQGUARD" report --gen-suppressions --format=html job
expect 2 "$ZMQGUARD" report --format=html --gen-suppressions job
says err 'gen-suppressions has a form of its own'

# A relative directory of debug files, and one that is not there.
cp pipeline stripped && mkdir -p debug/.build-id && strip stripped
id=$(readelf -n pipeline | sed -n 's/.*Build ID: //p')
mkdir "debug/.build-id/${id:0:2}"
objcopy --only-keep-debug pipeline "debug/.build-id/${id:0:2}/${id:2}.debug"
"$ZMQGUARD" --symbolize=0 ./stripped racy 2>log
mv pipeline elsewhere
expect 0 "$ZMQGUARD" symbolize --debug-path=debug log
says out '^    #0 .*pipeline\.c:[0-9]+'
expect 2 "$ZMQGUARD" symbolize --debug-path=debgu log
says err 'debug-path=debgu: No such file'
mv elsewhere pipeline

# A file here, not the command of that name.
cp pipeline ls
expect 0 "$ZMQGUARD" check ls
says out '(^| )(\./)?ls: a program|libzmq'
same "which ls" "$("$ZMQGUARD" check ./ls | sed 's,^\./,,')" "$(sed 's,^\./,,' out)"

# A file that was cut off is not taken for a static program.
head -c 9000 pipeline >short && chmod +x short
expect 126 "$ZMQGUARD" ./short
says err 'is cut off: it ends before what is to be loaded'

# Colour: on a terminal, unless somebody does not want any.
if command -v python3 >/dev/null; then
    cat >terminal.py <<'END'
import os, pty, sys
pid, fd = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])
while True:
    try:
        data = os.read(fd, 65536)
    except OSError:
        break
    if not data:
        break
    os.write(1, data)
os.waitpid(pid, 0)
END
    python3 terminal.py env -u NO_COLOR "$ZMQGUARD" ./pipeline racy >coloured
    python3 terminal.py env NO_COLOR=1 "$ZMQGUARD" ./pipeline racy >plain
    python3 terminal.py env NO_COLOR=1 "$ZMQGUARD" --color=always ./pipeline racy >asked
    grep -q $'\033' coloured || fail "no colour on a terminal"
    ! grep -q $'\033' plain || fail "colour in spite of NO_COLOR"
    grep -q $'\033' asked || fail "no colour that was asked for"
fi
finish
