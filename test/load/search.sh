#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# dlopen finds with the guard what it finds without: a plugin's own RUNPATH for bare names, RPATHs of
# who loaded whom, $ORIGIN, relative paths; and dlsym's RTLD_NEXT stays the caller's.
. "$(dirname "$0")/../lib.bash"

mkdir -p here/inner deps
library here/inner/libinner.so search_inner.c
library deps/libdep.so search_inner.c
library deps/libneedsdep.so search_needs.c -Ldeps -ldep
for tags in enable disable; do # DT_RUNPATH, DT_RPATH
    library "here/outer-$tags.so" search_outer.c "-Wl,--$tags-new-dtags" \
        '-Wl,-rpath,$ORIGIN/inner'
    library "here/chain-$tags.so" search_outer.c "-Wl,--$tags-new-dtags" "-Wl,-rpath,$work/deps"
done
program search search.c
for tags in enable disable; do
    same_as_bare ./search "./here/outer-$tags.so" libinner.so
    same_as_bare ./search "./here/outer-$tags.so" '$ORIGIN/inner/libinner.so'
    same_as_bare ./search "./here/outer-$tags.so" ./here/inner/libinner.so
    same_as_bare ./search "./here/outer-$tags.so" libmissing.so
    same_as_bare ./search "./here/chain-$tags.so" "$work/deps/libneedsdep.so"
    same_as_bare ./search "./here/chain-$tags.so" libdep.so
done
# The tests above say something only if each way of searching succeeds somewhere.
for tags in enable disable; do
    guarded ./search "./here/outer-$tags.so" libinner.so
    says out 'inner: 42'
done
guarded ./search ./here/chain-disable.so libdep.so
says out 'inner: 42'

# An interposer that looks behind itself, before and after the guard.
library ./libtrace.so search_trace.c
program user plugin.c -DPROGRAM -lzmq
for preload in "$work/libtrace.so:$GUARD" "$GUARD:$work/libtrace.so"; do
    LD_PRELOAD=$preload timeout 60 ./user right >out 2>err </dev/null
    status=$?
    [ "$status" -eq 0 ] && [ "$(grep -c '^trace: zmq_send' err)" -eq 2 ] ||
        fail "exit $status with LD_PRELOAD=$preload"
done
finish
