#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# libzmq as a startup dependency, of the program and of a library that it needs.
. "$(dirname "$0")/../lib.bash"

for link in -Wl,-z,now -Wl,-z,lazy -no-pie; do
    # shellcheck disable=SC2046 # no word when it is not there
    program "linked$link" plugin.c -DPROGRAM -lzmq $link $([ "$link" = -no-pie ] && echo -fno-pie)
    caught cross-thread-use "./linked$link" wrong
    silent "./linked$link" right
done

library libmiddle.so plugin.c -lzmq
program indirect indirect.c -L. -lmiddle -Wl,-rpath,"$work"
caught cross-thread-use ./indirect wrong
silent ./indirect right
finish
