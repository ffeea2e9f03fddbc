# SPDX-License-Identifier: MPL-2.0
# Meson: a project with three tests, one of them racy, goes red on exactly that one, by --wrapper
# and by a test setup.
. "$(dirname "$0")/lib.bash"
command -v meson >/dev/null && command -v ninja >/dev/null || skip "no meson"

cp "$here/data/pipeline.c" .
cat >meson.build <<END
project('pipeline', 'c', default_options: ['buildtype=debugoptimized'])
exe = executable('pipeline', 'pipeline.c', dependencies: [dependency('libzmq'), dependency('threads')])
test('first', exe, args: ['clean'])
test('racy', exe, args: ['racy'])
test('last', exe, args: ['clean'])
add_test_setup('zmqguard', exe_wrapper: ['$ZMQGUARD', '--require=1'], timeout_multiplier: 2)
END
meson setup b >log 2>&1 || { cat log; fail "setup"; finish; }

judge() {
    says out '^1/3 first +OK'
    says out '^2/3 racy +FAIL .*(SIGABRT|signal 6)'
    says out '^3/3 last +OK'
}
# One at a time, for the order of the lines.
expect 0 meson test -C b --num-processes 1
expect 1 meson test -C b --num-processes 1 --wrapper "$ZMQGUARD --require=1"
judge
expect 1 meson test -C b --num-processes 1 --setup zmqguard
judge
says b/meson-logs/testlog-zmqguard.txt 'SUMMARY: libzmqguard: cross-thread-use .*pipeline\.c:[0-9]+ in push'
finish
