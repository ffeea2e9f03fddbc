#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Some programs of prog with libzmq.a linked into them behave under the guard as with libzmq.so.
# (make check-embedded runs all.)
. "$(dirname "$0")/../lib.bash"

[ -d "$BUILD/embedded/test/prog" ] || skip 'no libzmq.a'
cd "$top" || exit 1
ln -sf ../libzmqguard.so ../zmqguard "$BUILD/embedded/"
# test/tests.mk names them. What check-embedded built besides may be old.
names=$(sed -n '/^embedded_names/,/[^\\]$/s/^embedded_names :=//p; /^embedded_names/,/[^\\]$/s/^\t//p' \
    test/tests.mk | tr -d '\\')
patterns=
for name in $names; do patterns+=" prog/$name"; done
BUILD=$BUILD/embedded ZG_RUNS=${ZG_RUNS:-1} results='' test/run "$patterns" || fail 'a program of prog'
finish
