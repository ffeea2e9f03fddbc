# SPDX-License-Identifier: MPL-2.0
# Meson: a project with three tests, one of them racy, goes red on exactly that one, by --wrapper
# and by a test setup.
. "$(dirname "$0")/../lib.bash"
command -v meson >/dev/null && command -v ninja >/dev/null || skip "no meson"

cp "$here/data/pipeline.c" .
cat >meson.build <<END
project('pipeline', 'c', default_options: ['buildtype=debugoptimized'])
exe = executable('pipeline', 'pipeline.c', dependencies: [dependency('libzmq'), dependency('threads')])
test('first', exe, args: ['clean'])
test('racy', exe, args: ['racy'])
test('last', exe, args: ['clean'])
test('child', find_program('child.sh'), args: [exe, '0'])
test('green', find_program('true'))
test('own', find_program('child.sh'), args: [exe, '3'], should_fail: true)
add_test_setup('zmqguard', exe_wrapper: ['$ZMQGUARD', 'run', '--job=$work/job'], timeout_multiplier: 2)
END
printf '#!/bin/sh\n"$1" racy\nexit "$2"\n' >child.sh && chmod +x child.sh
meson setup b >log 2>&1 || { cat log; fail "setup"; finish; }

# Older ones end with the number of failed tests; newer ones put the project before a test's name.
red() { # OPTION…
    # shellcheck disable=SC2016 # the inner shell expands
    expect 1 sh -c '"$@" || exit 1' sh meson test -C b --num-processes 1 "$@"
    says out '^1/6 (pipeline:)?first +OK'
    says out '^2/6 (pipeline:)?racy +FAIL .*(SIGABRT|signal 6)'
    says out '^3/6 (pipeline:)?last +OK'
    says out '^4/6 (pipeline:)?child +FAIL .*exit status 66'
    says out '^5/6 (pipeline:)?green +OK'
    says out '^6/6 (pipeline:)?own +EXPECTEDFAIL'
}
# One at a time, for the order of the lines.
expect 0 meson test -C b --num-processes 1
red --wrapper "$ZMQGUARD run"
red --setup zmqguard
says b/meson-logs/testlog-zmqguard.txt 'SUMMARY: libzmqguard: cross-thread-use .*pipeline\.c:[0-9]+ in push'
expect 1 "$ZMQGUARD" report job
says out '^6 runs ended$'
finish
