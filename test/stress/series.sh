#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The series behind what is promised of verdicts; make verdicts runs all of them, for an hour.
#   series.sh silent [NAME…]   correct programs whose order cannot be seen (clients/unseen,
#                              prog/outside_*), under default options: as expected in every run
#   series.sh found [NAME…]    clients/shared, wrong, under provoke=50: found, and how long it took
#                              from the first use: what a bare run without a use takes is taken off
#   series.sh twins [NAME…]    the same, right: silent, and guarded : bare in time, the median of
#                              pairs with equal pauses
#   series.sh auto [NAME…]     wrong ones run for a minute under default options: found, after how
#                              many seconds at most; right ones run as long, bare and guarded at
#                              a time: silent, and at most 1.01 times as long
# NAME: a part of a file's name. RUNS=50 (silent, twins), 20 (found, auto). One line a program;
# exit 1 when one is not as promised.
set -u
top=$(cd "$(dirname "$0")/../.." && pwd)
BUILD=$(realpath "${BUILD:-$top/build}") || exit 1
GUARD=$BUILD/libzmqguard.so ZMQGUARD=$BUILD/zmqguard
export BUILD GUARD ZMQGUARD
. "$top/test/lib.bash"
here=$top/test/clients
. "$here/languages.bash"
what=${1:-silent}
shift
names=("${@:-}")

is_wanted() {
    local name
    for name in "${names[@]}"; do
        case ${1##*/} in *"$name"*) return 0 ;; esac
    done
    return 1
}

row() { # name good of text
    printf '%-8s %-18s %3d of %d%s\n' "$what" "${1##*/}" "$2" "$3" "${4:+, $4}"
    [ "$2" -eq "$3" ] || failures=$((failures + 1))
}

median() { sort -n | awk '{a[NR] = $1} END {print a[int((NR + 1) / 2)]}'; }
ms_now() { echo $(($(date +%s%N) / 1000000)); }

# Runs it with $options; $took ms, $status.
timed() {
    local from
    from=$(ms_now)
    guarded "$@"
    took=$(($(ms_now) - from))
}
bare() {
    local from
    from=$(ms_now)
    "$@" >/dev/null 2>&1 </dev/null
    status=$?
    took=$(($(ms_now) - from))
    return "$status"
}

silent_rows() {
    local source command good i n=${RUNS:-50}
    for source in "$here"/unseen/*.*; do
        is_wanted "$source" || continue
        command=$(command_of "$source" 2>/dev/null) || { echo "left out: ${source##*/}"; continue; }
        good=0 options=
        for ((i = 0; i < n; i++)); do
            # shellcheck disable=SC2086
            silent_once $command && good=$((good + 1))
        done
        row "$source" "$good" "$n"
    done
    for source in "$top"/test/prog/outside_*.c; do
        is_wanted "$source" || continue
        make -s -C "$top" BUILD="$BUILD" "$BUILD/test/prog/$(basename "$source" .c)" || exit 1
        good=0
        for ((i = 0; i < n; i++)); do
            results=/dev/null ZG_RUNS=1 "$top/test/one" "$source" >one.out 2>&1 &&
                good=$((good + 1)) || cat one.out
        done
        row "$source" "$good" "$n"
    done
}

found_rows() { # options uses limit
    local source command good most start i n=${RUNS:-20}
    for source in "$here"/shared/*.*; do
        is_wanted "$source" || continue
        command=$(command_of "$source" 2>/dev/null) || { echo "left out: ${source##*/}"; continue; }
        good=0 most=0 options=$1:on_error=exit:symbolize=0
        for ((i = 0; i < n; i++)); do
            # shellcheck disable=SC2086
            bare $command right 0 "$i"
            start=$took
            # shellcheck disable=SC2086
            timed $command wrong "$2" "$i"
            took=$((took - start))
            [ "$took" -le "$most" ] || most=$took
            [ "$status" -eq 66 ] && [ "$took" -le "$3" ] &&
                grep -qE '^ERROR: libzmqguard: (concurrent|cross-thread)-use: ' out err &&
                good=$((good + 1))
        done
        row "$source" "$good" "$n" "after $most ms at most"
    done
}

twin_rows() {
    local source command good i first n=${RUNS:-50}
    for source in "$here"/shared/*.*; do
        is_wanted "$source" || continue
        command=$(command_of "$source" 2>/dev/null) || { echo "left out: ${source##*/}"; continue; }
        good=0 options=provoke=50
        : >ratios
        for ((i = 0; i < n; i++)); do
            # shellcheck disable=SC2086
            bare $command right 60 "$i"
            first=$took
            # shellcheck disable=SC2086
            timed $command right 60 "$i"
            [ "$status" -eq 0 ] && ! grep -q libzmqguard out err && good=$((good + 1))
            awk "BEGIN {printf \"%.3f\\n\", $took / $first}" >>ratios
        done
        row "$source" "$good" "$n" "$(median <ratios) times as long"
        awk "BEGIN {exit !($(median <ratios) > 1.25)}" && failures=$((failures + 1))
    done
}

timed_bare() { # file command…: ms, if it ends well
    local file=$1
    shift
    bare "$@" && echo "$took" >"$file"
}

# Bare and guarded at the same time, and all programs: they sleep. Three pairs each.
auto_rows() {
    local source command name i first
    found_rows provoke=auto 1500 60000
    for source in "$here"/shared/*.*; do
        is_wanted "$source" || continue
        command=$(command_of "$source" 2>/dev/null) || continue
        for i in 1 2 3; do
            name=${source##*/}.$i
            # shellcheck disable=SC2086
            (timed_bare "bare.$name" $command right 1500 "$i") &
            # shellcheck disable=SC2086
            (timed_bare "guarded.$name" under summary=1:symbolize=0:log_path="$work/said.$name" \
                $command right 1500 "$i") &
        done
    done
    wait
    for source in "$here"/shared/*.*; do
        name=${source##*/}
        [ -e "bare.$name.1" ] || continue
        for i in 1 2 3; do
            [ -e "guarded.$name.$i" ] && ! grep -sqE '^(ERROR|WARNING)' said."$name.$i"* &&
                paste "guarded.$name.$i" "bare.$name.$i" | awk '{printf "%.4f\n", $1 / $2}'
        done >ratios
        first=$(median <ratios)
        took=$(sed -n 's/.* held open, \([0-9]*\) ms.*/\1/p' said."$name".* 2>/dev/null | median)
        row "$source" "$(wc -l <ratios)" 3 "$first times as long, ${took:-none} ms held open"
        awk "BEGIN {exit !(${first:-2} > 1.01)}" && failures=$((failures + 1))
    done
}

case $what in
silent) silent_rows ;;
found) found_rows provoke=50 60 2000 ;;
twins) twin_rows ;;
auto) auto_rows ;;
*) sed -n '3,/^set/s/^# //p' "$0"; exit 2 ;;
esac
finish
