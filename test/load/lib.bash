# SPDX-License-Identifier: MPL-2.0
# Shared by the tests of the ways in which a process can reach libzmq: a scratch directory, how to
# compile the pieces that lie here, and the two oracles (caught, silent).
set -u
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
work=$(mktemp -d) || exit 1
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1
failures=0
CC=${CC:-cc}
CFLAGS_HERE="-std=gnu17 -D_GNU_SOURCE -Wall -Wextra ${OPT:--O2 -g} -I$here"
export PYTHONDONTWRITEBYTECODE=1
PYTHON=${PYTHON:-/usr/bin/python3}
unset LD_PRELOAD ZMQGUARD_OPTIONS LD_LIBRARY_PATH
ulimit -c 0

fail() {
    printf 'FAIL: %s\n' "$*"
    failures=$((failures + 1))
}

skip() {
    printf '%s\n' "$*"
    exit 77
}

finish() {
    [ "$failures" -eq 0 ]
    exit
}

# program NAME SOURCE… [FLAGS]; library NAME.so SOURCE… [FLAGS]
program() {
    local out=$1 src=$here/$2
    shift 2
    # shellcheck disable=SC2086
    $CC $CFLAGS_HERE -o "$out" "$src" "$@" -lpthread -ldl || exit 1
}
library() {
    local out=$1 src=$here/$2
    shift 2
    # shellcheck disable=SC2086
    $CC $CFLAGS_HERE -shared -fPIC -Wl,-soname,"$(basename "$out")" -o "$out" "$src" "$@" \
        -lpthread || exit 1
}

# guarded COMMAND…: under the guard; output in out and err, status in $status
guarded() {
    { # the shell's own word on who was aborted is not wanted
        timeout -k 5 60 env LD_PRELOAD="$GUARD" ZMQGUARD_OPTIONS="${options:-}" "$@" \
            >out 2>err </dev/null
        status=$?
    } 2>/dev/null
}

show() { sed 's/^/  /' out err | head -n 60; }

# caught KIND COMMAND…: dies of SIGABRT, the report's last line names the kind
caught() {
    local kind=$1
    shift
    guarded "$@"
    if [ "$status" -ne 134 ] || ! grep -qE "^SUMMARY: libzmqguard: ($kind) " err; then
        fail "exit $status, expected a report of $kind: $*"
        show
    fi
}

# silent COMMAND…: exit 0, and the guard says nothing
silent() {
    guarded "$@"
    if [ "$status" -ne 0 ] || grep -q libzmqguard err; then
        fail "exit $status, expected 0 and silence: $*"
        show
    fi
}

# same_as_bare COMMAND…: same output and status with and without the guard
same_as_bare() {
    local bare
    timeout -k 5 60 "$@" >bare.out 2>bare.err </dev/null
    bare=$?
    guarded "$@"
    if [ "$status" -ne "$bare" ] || ! cmp -s out bare.out || ! cmp -s err bare.err; then
        fail "exit $status, bare $bare, or other output: $*"
        diff bare.out out
        diff bare.err err
    fi
}

# says FILE REGEX
says() { grep -qE -- "$2" "$1" || { fail "$1 lacks: $2" && sed 's/^/  /' "$1"; }; }
