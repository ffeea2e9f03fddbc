# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash disable=SC2034
# For the shell tests, which source it first. The script then is in an empty directory, and ends
# with "finish": passed when nothing failed. What it may use:
#
# $here          the script's own folder        $top   the top of the tree
# $work          the empty directory, which other users can reach
# skip WHY       ends the test as skipped
# fail TEXT      counts a failure and shows what the last program printed; die TEXT also ends
# program NAME SOURCE… [FLAGS], library NAME.so SOURCE… [FLAGS]
#                compiles sources that lie in $here
# guarded COMMAND…      runs it under the guard with ZMQGUARD_OPTIONS=$options: $status, files out, err
# under OPTIONS COMMAND…  the same with other streams: those of the caller
# caught KIND COMMAND…  a report of KIND (KIND|KIND for either), its SUMMARY, SIGABRT; every time of
#                $runs (1, or ZG_RUNS where the script sets $runs)
# silent COMMAND…       exit 0 and not a word from the guard, every time
# same_as_bare COMMAND… as without the guard: output and status
# expect STATUS COMMAND…  without the guard, unless COMMAND is the one that brings it
# says FILE REGEX, says_not FILE REGEX, same WHAT EXPECTED GOT
# python_with MODULE    sets $python to one that has it, or skips
# needs_root     skips without root;  as_other COMMAND…: as the user 65534
set -u
: "${BUILD:?}" "${GUARD:?}" "${ZMQGUARD:?}"
here=$(cd "$(dirname "$0")" && pwd)
top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
chmod 755 "$work" && cd "$work" || exit 1
: >out
: >err
failures=0 runs=1 options=
CC=${CC:-cc} CXX=${CXX:-c++}
export LC_ALL=C.UTF-8 PYTHONDONTWRITEBYTECODE=1
# A guard that the caller has in his environment stays out of what is not meant to run under it.
unset LD_PRELOAD ZMQGUARD_OPTIONS LD_LIBRARY_PATH
ulimit -c 0

skip() {
    printf '%s\n' "$*"
    exit 77
}

show() { tail -n 60 "$work/out" "$work/err" | sed 's/^/  /'; }

fail() {
    printf 'FAIL: %s\n' "$*"
    show
    failures=$((failures + 1))
    return 1
}

finish() { exit $((failures > 0)); }

die() {
    fail "$@"
    finish
}

compile() { # output source flags…
    local out=$1 source=$2
    shift 2
    case $source in /*) ;; *) source=$here/$source ;; esac
    # shellcheck disable=SC2086 # OPT is words
    "$CC" -std=gnu17 -D_GNU_SOURCE -Wall -Wextra ${OPT:--O2 -g} -I"$here" -I"$top/test" -o "$out" \
        "$source" "$@" -lpthread -ldl || die "does not compile: $source"
}

program() { compile "$@"; }

library() {
    local out=$1 source=$2
    shift 2
    compile "$out" "$source" -shared -fPIC -Wl,-soname,"$(basename "$out")" "$@"
}

guarded() {
    { # the shell's own word on who was aborted is not wanted
        timeout -k 5 60 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS="$options" "$@" \
            >"$work/out" 2>"$work/err" </dev/null
        status=$?
    } 2>/dev/null
    return "$status"
}

under() {
    local given=$1
    shift
    ZMQGUARD_OPTIONS=$given LD_PRELOAD=$GUARD "$@"
}

# each_run WORD…: as often as $runs says, until it fails
each_run() {
    local i times=$runs
    [ "$runs" -eq 1 ] || times=${ZG_RUNS:-$runs}
    for ((i = 1; i <= times; i++)); do
        "$@" || { printf '  (run %d of %d)\n' "$i" "$times"; return 1; }
    done
}

caught_once() {
    local kind=$1
    shift
    guarded "$@"
    [ "$status" -eq 134 ] || { fail "exit $status, expected a report of $kind: $*"; return 1; }
    grep -qhE "^ERROR: libzmqguard: ($kind): " "$work/out" "$work/err" &&
        grep -qhE "^SUMMARY: libzmqguard: ($kind) " "$work/out" "$work/err" ||
        fail "no report of $kind: $*"
}
caught() { each_run caught_once "$@"; }

silent_once() {
    guarded "$@" || { fail "exit $status, expected 0 and silence: $*"; return 1; }
    ! grep -q libzmqguard "$work/out" "$work/err" || fail "not silent: $*"
}
silent() { each_run silent_once "$@"; }

same_as_bare() {
    local bare
    timeout -k 5 60 "$@" >bare.out 2>bare.err </dev/null
    bare=$?
    guarded "$@"
    [ "$status" -eq "$bare" ] && cmp -s out bare.out && cmp -s err bare.err && return
    diff bare.out out
    diff bare.err err
    fail "exit $status, bare $bare, or other output: $*"
}

expect() {
    local want=$1
    shift
    "$@" >"$work/out" 2>"$work/err" </dev/null
    status=$?
    [ "$status" -eq "$want" ] || fail "exit $status, expected $want: $*"
}

says() { grep -qE -- "$2" "$1" || { fail "$1 lacks: $2" && sed 's/^/  /' "$1"; }; }
says_not() { ! grep -qE -- "$2" "$1" || { fail "$1 has: $2" && sed 's/^/  /' "$1"; }; }

same() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

# The distribution's Python, which may not be the first in PATH.
python_with() {
    for python in /usr/bin/python3 python3; do
        "$python" -c "import $1" 2>/dev/null && return
    done
    skip "no Python with $1"
}

needs_root() {
    [ "$(id -u)" -eq 0 ] || skip "not root: no other user to be"
    command -v setpriv >/dev/null || skip "no setpriv"
}
as_other() { setpriv --reuid=65534 --regid=65534 --clear-groups -- "$@"; }
