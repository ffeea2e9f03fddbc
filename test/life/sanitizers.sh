#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Programs built with ThreadSanitizer, ASan (shared and static), UBSan and MSan, by gcc and by clang:
# right ones end as without the guard, a fault of the sanitizer's kind is reported by the sanitizer
# alone, a shared socket by the guard alone, and both by both. ZG_RUNS: guarded runs of each.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
exec 3>&1 # this shell's own words about signals go nowhere
failures=0 builds=0
runs=${ZG_RUNS:-2}

# once PRELOAD OPTIONS PROGRAM PART: status, and the numbers of the sanitizer's and our reports
once() {
    local rc
    {
        (ulimit -c 0; exec setarch -R timeout 60 env LD_PRELOAD="$1" TSAN_OPTIONS="$2" \
            ZMQGUARD_OPTIONS=symbolize=0 "$3" "$4") >"$dir/out" 2>&1
        rc=$?
    } 2>/dev/null
    echo "$rc $(grep -cE '^SUMMARY: [A-Z][a-z]+Sanitizer|runtime error: ' "$dir/out")" \
        "$(grep -c '^SUMMARY: libzmqguard: ' "$dir/out")"
}
want() { # WHAT PRELOAD OPTIONS PART EXPECTED…: one of these
    local what=$1 preload=$2 options=$3 part=$4 got i
    shift 4
    for ((i = 0; i < runs; i++)); do
        got=$(once "$preload" "$options" "$dir/program" "$part")
        case "|$(printf '%s|' "$@")" in *"|$got|"*) continue ;; esac
        echo "$what $part: $got, not $*" >&3
        head -n 20 "$dir/out" >&3
        failures=$((failures + 1))
    done
}
parts() { # WHAT RUNTIME OPTIONS PART…
    local what=$1 runtime=$2 options=$3 part bare
    shift 3
    for part; do
        bare=$(once "$runtime" "$options" "$dir/program" "$part")
        [ "$part" = fault ] || [ "$bare" = "0 0 0" ] || { echo "bare $what $part: $bare" >&3; failures=$((failures + 1)); }
        want "$what" "$runtime${runtime:+:}$GUARD" "$options" "$part" "$bare"
    done
}
build() { # COMPILER FLAGS…; false where the compiler has no such runtime
    local cc=$1
    shift
    "$cc" -g -O1 "$@" -o "$dir/program" test/life/sanitized.c -lzmq -lpthread 2>/dev/null &&
        [ "$(once '' '' "$dir/program" none)" = "0 0 0" ] && builds=$((builds + 1))
}

for cc in gcc clang; do
    command -v $cc >/dev/null || continue
    # libzmq is not instrumented: what TSan makes of its insides is ignored, with and without the
    # guard. gcc's runtime must then stand before the guard, through which it would not see who calls.
    known=ignore_noninstrumented_modules=1
    if build $cc -fsanitize=thread; then
        first=
        [ $cc = clang ] || first=$(gcc -print-file-name=libtsan.so)
        parts "$cc tsan" "$first" $known locks polls inproc forks lives fault
        parts "$cc tsan" '' '' locks forks lives fault
        want "$cc tsan" "$GUARD" '' shared '134 0 1'
        want "$cc tsan" "$GUARD" '' both '134 1 1'
    fi
    for static in '' -static-libasan; do
        [ "$cc$static" != clang-static-libasan ] || continue # clang's is static anyway
        build $cc -DADDRESS -fsanitize=address $static || continue
        first=
        [ "$cc$static" != gcc ] || first=$(gcc -print-file-name=libasan.so)
        parts "$cc asan$static" "$first" '' locks polls inproc lives fault
        want "$cc asan$static" "$first${first:+:}$GUARD" '' shared '134 0 1'
    done
    if build $cc -DUNDEFINED -fsanitize=undefined; then
        parts "$cc ubsan" '' '' locks polls inproc forks lives fault
        want "$cc ubsan" "$GUARD" '' shared '134 0 1'
        want "$cc ubsan" "$GUARD" '' both '134 1 1' '134 2 1' # clang adds a SUMMARY
    fi
    if build $cc -fsanitize=memory; then
        parts "$cc msan" '' '' locks forks lives fault # MSan takes all that libzmq writes for unset
        want "$cc msan" "$GUARD" '' shared '134 0 1'
    fi
done
[ $builds -gt 0 ] || { echo 'no sanitizer'; exit 77; }
[ $failures -eq 0 ]
