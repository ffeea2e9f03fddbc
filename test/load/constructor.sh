#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A plugin's constructor waits for a thread that uses libzmq. dlopen holds the loader's lock all the
# while: the guard must not want it.
. "$(dirname "$0")/../lib.bash"

# Debian's libzmq asks the name service for a protocol, which opens libraries by itself.
library ./libfake.so fake.c
library ./plugin.so constructor.c -L. -lfake -Wl,-rpath,"$work"
program host host.c
program linked-host host.c -Wl,--no-as-needed -L. -lfake -Wl,-rpath,"$work"
for mode in local global deepbind; do
    same_as_bare ./host "$mode" ./plugin.so right
    silent ./host "$mode" ./plugin.so right
    silent ./linked-host "$mode" ./plugin.so right
done
finish
