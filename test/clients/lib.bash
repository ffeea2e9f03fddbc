# SPDX-License-Identifier: MPL-2.0
# shellcheck shell=bash disable=SC2034
# Common to the scripts here: real software under the guard. Source it first. The script then is
# in an empty directory and ends with "finish".
: "${BUILD:?}" "${GUARD:?}" "${ZMQGUARD:?}"
here=$PWD/test/clients
scratch=$(mktemp -d) || exit 1
trap 'rm -rf "$scratch"' EXIT
cd "$scratch" || exit 1
# A library that has no business in a distribution's interpreter stays out of it.
unset LD_PRELOAD ZMQGUARD_OPTIONS
failures=0 checks=0

skip() {
    echo "$*"
    exit 77
}

fail() { # text: shows the last program's output
    failures=$((failures + 1))
    echo "FAIL: $*"
    tail -n 40 out
}

finish() {
    [ "$checks" -gt 0 ] || skip "nothing to run"
    [ "$failures" -eq 0 ] || exit 1
    exit 0
}

# $options: ZMQGUARD_OPTIONS. Programs end by themselves; the limit is for those that do not.
guarded() {
    # The shell's own word about a signal goes nowhere.
    {
        timeout -k 5 60 env ${options:+"ZMQGUARD_OPTIONS=$options"} LD_PRELOAD="$GUARD" "$@" \
            >out 2>&1 </dev/null
    } 2>/dev/null
}

# silent TIMES command…: exit 0 and not a word from the guard, every time.
silent() {
    local i times=${ZG_RUNS:-$1}
    shift
    checks=$((checks + 1))
    for ((i = 1; i <= times; i++)); do
        guarded "$@" || { fail "exit $? in run $i: $*"; return; }
        ! grep -q libzmqguard out || { fail "not silent in run $i: $*"; return; }
    done
}

# caught TIMES 'KIND|KIND' command…: the report, its SUMMARY, and SIGABRT, every time.
caught() {
    local i status times=${ZG_RUNS:-$1} kind=$2
    shift 2
    checks=$((checks + 1))
    for ((i = 1; i <= times; i++)); do
        guarded "$@"
        status=$?
        grep -qE "^ERROR: libzmqguard: ($kind): " out || { fail "no report in run $i: $*"; return; }
        grep -qE "^SUMMARY: libzmqguard: ($kind) " out || { fail "no summary in run $i: $*"; return; }
        [ "$status" -eq 134 ] || { fail "exit $status in run $i: $*"; return; }
    done
}

# The distribution's Python, which may not be the first in PATH.
python_with() { # module: sets $python or skips
    for python in /usr/bin/python3 python3; do
        "$python" -c "import $1" 2>/dev/null && return
    done
    skip "no Python with $1"
}

compile() { # output source flags…
    local out=$1 source=$2
    shift 2
    # shellcheck disable=SC2086 # OPT is words
    ${CC:-cc} ${OPT:--O2 -g} -Wall -D_GNU_SOURCE -o "$out" "$source" "$@" || exit 1
}
