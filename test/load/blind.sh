#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# What cannot be reached is named in the exit summary: a libzmq linked into the program or a plugin, in
# a namespace of its own, or never called.
. "$(dirname "$0")/../lib.bash"

options=summary=1
program static static.c "$here/fake.c"
guarded ./static
[ "$status" -eq 0 ] || fail "exit $status: ./static"
says err 'static.*linked'
program static-exported static.c "$here/fake.c" -rdynamic
guarded ./static-exported
says err 'static-exported.*linked'

library ./static.so plugin_static.c "$here/fake.c" -Wl,-Bsymbolic
program host host.c
guarded ./host local ./static.so right
says err 'static\.so.*linked'

# shellcheck disable=SC2046 # several words are meant
if $CC -o real-static "$here/plugin.c" -DPROGRAM -I"$here" -Wl,-Bstatic -lzmq -Wl,-Bdynamic \
    $(pkg-config --static --libs-only-l libzmq 2>/dev/null | sed 's/-lzmq//') -lstdc++ -lm \
    -lpthread 2>/dev/null; then
    options=summary=1:embedded=off guarded ./real-static right
    [ "$status" -eq 0 ] || fail "exit $status: ./real-static"
    says err 'real-static: libzmq is linked into it and not guarded: embedded=off'
    says_not err 'guarded by'
fi

library ./plugin.so plugin.c -lzmq
# glibc 2.31 ends a program when libc cannot open a library for itself in another namespace.
if ./host newlm "$work/plugin.so" right >out 2>&1; then
    guarded ./host newlm "$work/plugin.so" right
    [ "$status" -eq 0 ] || fail "exit $status: dlmopen"
    says err 'libzmq.*namespace'
fi

program uncalled uncalled.c -Wl,--no-as-needed -lzmq
guarded ./uncalled
says err 'libzmq.*never called'

# Nothing to say of a program whose calls were all seen.
program linked plugin.c -DPROGRAM -lzmq
guarded ./linked right
! grep -qE 'linked into|namespace|never called' err || fail 'a blind spot too many'

# Nor of a library that uses another's libzmq, though it imports what libzmq does (libavformat).
library ./server.so plugin.c -DSERVER -lzmq
program server-user plugin.c -DPROGRAM -Wl,--no-as-needed ./server.so -lzmq \
    -Wl,-rpath,"$work"
guarded ./server-user right
says err 'libzmq: 1 copy'
says err 'blind spots: none'
options=
silent ./server-user right
silent ./host local ./server.so right
caught cross-thread-use ./host local ./server.so wrong
finish
