#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The runner itself, on a tree of small tests: it prints a plan, refuses words it does not know,
# says which test ran out of time and what it waited in, runs no program that other tests run, and
# lets none ignore signals.
. "$(dirname "$0")/../lib.bash"
unset ZG_RUNS ZG_EMULATOR # whoever runs this runner may have set them

mkdir -p tree/test/prog tree/test/unit tree/test/cli build/test/prog build/test/unit
cp "$top/test/run" "$top/test/one" "$top/test/hung" tree/test/
echo 'int zg_test_nothing;' | $CC -shared -fPIC -x c -o build/libzmqguard.so - || die "no library"
# prog NAME COMMENT… <SCRIPT: a test program of this name, which does what the script says.
prog() {
    local name=$1
    shift
    printf '// %s\n' "$@" >"tree/test/prog/$name.c"
    { echo '#!/bin/sh' && cat; } >"build/test/prog/$name"
    chmod +x "build/test/prog/$name"
}
prog good 'zg: expect silent' 'zg: runs 2' </dev/null
prog other_end 'zg: expect silent' 'zg: exit 4' 'zg: bare 4' <<<'exit 4'
prog typo 'zg: expect silent' 'zg: reprot something' </dev/null
prog no_space 'zg:expect silent' </dev/null
prog plural 'zg: expects silent' </dev/null
prog nothing_expected 'zg: runs 1' </dev/null
prog no_word 'a program' </dev/null
prog old 'zg: expect silent' 'zg: bare any' <<<'exit 77'
prog helper 'zg: run by cli/good.sh' <<<'exit 1'
prog loud 'zg: expect silent' <<<'echo libzmqguard says something'
prog slow 'zg: expect silent' 'zg: bare none' <<<'exec sleep 100'
prog stubborn 'zg: expect silent' <<<'trap "" TERM; while :; do sleep 1; done'
prog killed 'zg: expect silent' <<<'kill -KILL $$'
echo 'exit 0' >tree/test/cli/good.sh
printf '# zg: allone\nexit 0\n' >tree/test/cli/typo.sh
printf 'echo no such tool\nexit 77\n' >tree/test/cli/skipped.sh
echo 'exec sleep 100' >tree/test/cli/slow.sh
echo '(kill -INT $BASHPID; exit 1); [ $? -eq 130 ]' >tree/test/cli/ended.sh
env --default-signal true 2>/dev/null || echo >tree/test/cli/ended.sh

as_by_nohup() { (trap '' HUP INT QUIT && exec "$@"); }
BUILD=$work/build ZG_JOBS=20 expect 1 as_by_nohup tree/test/run '!*/slow' '!*/stubborn'
same "the plan" "1..14" "$(head -n 1 out)"
same "the end" "4 passed, 8 failed, 2 skipped" "$(tail -n 1 out)"
has() { grep -qxF -- "$1" out || fail "no line: $1"; }
has 'ok prog/good'
has 'ok prog/other_end'
has 'ok prog/old # SKIP not with this version of a library'
has 'not ok prog/typo # unknown word in line 2:// zg: reprot something'
has 'not ok prog/no_space # unknown word in line 1:// zg:expect silent'
has 'not ok prog/plural # unknown word in line 1:// zg: expects silent'
has 'not ok prog/nothing_expected # nothing is expected of it'
has 'not ok prog/no_word # nothing is expected of it'
has 'not ok prog/loud # run 1 of 3: not silent'
has 'not ok prog/killed # without the guard: exit 137'
has 'ok cli/good'
has 'ok cli/ended'
has 'not ok cli/typo # unknown word in line 1:# zg: allone'
has 'ok cli/skipped # SKIP no such tool'
says_not out 'helper'

# By themselves: on a busy machine the others may need as long.
BUILD=$work/build ZG_TIMEOUT=2 ZG_SCRIPT_TIMEOUT=2 ZG_JOBS=20 \
    expect 1 tree/test/run '*/slow' '*/stubborn'
same "the plan" "1..3" "$(head -n 1 out)"
same "the end" "0 passed, 3 failed, 0 skipped" "$(tail -n 1 out)"
has 'not ok prog/slow # timed out after 2 s'
has 'not ok prog/stubborn # timed out after 2 s'
has 'not ok cli/slow # timed out after 2 s'
# And what they did then.
says out '^#   [0-9]+ [A-Z] .* in '
mkfifo up never
sh -c 'echo up >up; exec cat never' &
read -r _ <up
until [ "$(cat "/proc/$!/comm")" = cat ]; do sleep 0.01; done
"$top/test/hung" $$ >out
kill $!
says out "^$!: cat never "
says out "^  $! [A-Z] .* cat in "
finish
