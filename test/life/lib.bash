# SPDX-License-Identifier: MPL-2.0
# For the tests of forking interpreters: sourced. Each script runs in a directory of its own.
set -u
here=$PWD/test/life
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
skip() {
    echo "$1"
    exit 77
}
fail() {
    echo "$1"
    cat "$tmp/out"
    exit 1
}
guarded() { (cd "$tmp" && LD_PRELOAD=$GUARD timeout -k 5 60 "$@") >"$tmp/out" 2>&1 </dev/null; }

# right PROGRAM…: not a word from the guard, status 0
right() {
    local status
    for _ in 1 2 3; do
        guarded "$@"
        status=$?
        [ "$status" -eq 0 ] || fail "$*: exit $status"
        grep -q libzmqguard "$tmp/out" && fail "$*: not silent"
    done
}
# wrong KIND PROGRAM…: a report of the kind, and the child dies of SIGABRT
wrong() {
    local kind=$1 status
    shift
    for _ in 1 2 3; do
        guarded "$@"
        status=$?
        grep -q "^ERROR: libzmqguard: $kind: " "$tmp/out" || fail "$*: no $kind"
        [ "$status" -eq 134 ] || fail "$*: exit $status"
    done
}
