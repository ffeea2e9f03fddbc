#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Draft functions: absent where libzmq lacks them, whichever way a program asks; intercepted where it
# has them, with slots bound at once (read-only), at the first call, and in constant tables.
. "$(dirname "$0")/../lib.bash"

library ./libwith.so fake.c -DDRAFTS
library ./libwithout.so fake.c
for link in -Wl,-z,now -Wl,-z,lazy -no-pie; do
    pie=$([ "$link" = -no-pie ] && echo -fno-pie)
    program without drafts.c -L. -Wl,--no-as-needed -lwithout -Wl,-rpath,"$work" "$link" $pie
    program with drafts.c -L. -Wl,--no-as-needed -lwith -Wl,-rpath,"$work" "$link" $pie
    program real drafts.c -Wl,--no-as-needed -lzmq "$link" $pie
    for p in without with real; do
        same_as_bare "./$p" probe
    done
    for how in '' table-; do
        caught cross-thread-use ./with "${how}wrong"
        says err 'zmq_join\(\) on a'
        silent ./with "${how}right"
    done
done
# A program that only asks, without any libzmq.
program nothing drafts_none.c
same_as_bare ./nothing
finish
