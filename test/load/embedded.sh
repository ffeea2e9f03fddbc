#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# libzmq.a linked into programs and plugins, as compilers and linkers make them: the race is caught,
# the twin silent, and what cannot be guarded is said without any option. (make check-embedded runs
# the programs of prog this way.)
. "$(dirname "$0")/../lib.bash"

archive=$($CC -print-file-name=libzmq.a)
[ -e "$archive" ] || skip 'no libzmq.a'
read -r -a libs <<<"$(pkg-config --static --libs libzmq | tr ' ' '\n' |
    grep -v -x -e -lzmq -e libprotokit.a | tr '\n' ' ')"
libs=("-Wl,-Bstatic" -lzmq "-Wl,-Bdynamic" "${libs[@]}")
runs=${ZG_RUNS:-2}

# embedded NAME COMPILER FLAG…: the program of $source with libzmq inside
source=plugin.c
embedded() {
    local name=$1 compiler=$2
    shift 2
    "$compiler" -std=gnu17 -D_GNU_SOURCE -g -I"$here" -DPROGRAM "$@" -o "$name" "$here/$source" \
        "${libs[@]}" -lpthread
}
by_patch() { # COMMAND…
    options=summary=1 guarded "$@" right
    says err '\(guarded by patch\)'
    says err 'blind spots: none'
}
works() { # COMMAND…
    caught cross-thread-use "$@" wrong
    silent "$@" right
    by_patch "$@"
}

for compiler in gcc clang; do
    command -v "$compiler" >/dev/null || continue
    for how in '-O0 -fPIE -pie' '-O2 -fno-pie -no-pie' '-Os -fPIE -pie -fcf-protection=none' \
        '-O3 -fPIE -pie -Wl,-z,now -rdynamic'; do
        [ "$(uname -m)" = x86_64 ] || how=${how% -fcf*}
        # shellcheck disable=SC2086 # several words
        embedded program "$compiler" $how || die "$compiler $how"
        works ./program
    done
done
embedded lto gcc -O2 -flto 2>/dev/null && works ./lto

# Stripped, but it exports the API: libzmq's own code is found by its classes, so that what it does to
# itself is still its own.
source=inner.c
for how in '-O2 -fPIE -pie' '-O0 -fno-pie -no-pie' '-Os -fPIE -pie'; do
    # shellcheck disable=SC2086 # several words
    embedded exported "$CC" $how -Wl,--export-dynamic-symbol='zmq_*' || continue
    strip exported
    works ./exported
done
source=plugin.c

# Stripped: said when its threads start, and require=1 fails.
embedded stripped "$CC" -O2 && strip stripped
guarded ./stripped right
[ "$status" -eq 0 ] || fail "exit $status: stripped"
says err '^libzmqguard: .*/stripped: libzmq is linked into it and not guarded: .*stripped'
[ "$(grep -c libzmqguard: err)" -eq 1 ] || fail 'one line is enough'
options=require=1 guarded ./stripped right
[ "$status" -eq 99 ] || fail "exit $status: require=1 with a stripped program"
# embedded=off
options=embedded=off:require=1 guarded ./program right
[ "$status" -eq 99 ] || fail "exit $status: require=1 with embedded=off"
says err 'not guarded: embedded=off'
finish
