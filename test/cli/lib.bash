# SPDX-License-Identifier: MPL-2.0
# Shared by the tests of the command: a scratch directory, and words for what is expected.
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
CC=${CC:-cc}
CXX=${CXX:-c++}
unset LD_PRELOAD ZMQGUARD_OPTIONS

fail() {
    printf 'FAIL: %s\n' "$*"
    failures=$((failures + 1))
}

skip() {
    printf '%s\n' "$*"
    exit 77
}

# expect STATUS COMMAND…: output goes to $work/out and $work/err
expect() {
    local want=$1 got
    shift
    "$@" >out 2>err </dev/null
    got=$?
    [ "$got" -eq "$want" ] && return 0
    fail "exit $got, expected $want: $*"
    sed 's/^/  /' out err
    return 1
}

# says FILE REGEX: a line matches
says() { grep -qE -- "$2" "$1" || { fail "$1 lacks: $2" && sed 's/^/  /' "$1"; }; }
says_not() { ! grep -qE -- "$2" "$1" || { fail "$1 has: $2" && sed 's/^/  /' "$1"; }; }

same() { # WHAT EXPECTED GOT
    [ "$2" = "$3" ] || fail "$1: expected '$2', got '$3'"
}

finish() { exit $((failures > 0)); }
