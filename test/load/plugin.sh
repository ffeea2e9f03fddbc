#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# libzmq behind a plugin: opened local, global, and with RTLD_DEEPBIND (which passes a preload by),
# with slots bound at once (read-only afterwards) and at the first call.
. "$(dirname "$0")/../lib.bash"

program host host.c
for link in now lazy; do
    library "./plugin-$link.so" plugin.c -lzmq "-Wl,-z,$link"
    for mode in local global deepbind local-lazy deepbind-lazy; do
        caught cross-thread-use ./host "$mode" "./plugin-$link.so" wrong
        silent ./host "$mode" "./plugin-$link.so" right
    done
done
# By a bare name, which the loader looks for.
export LD_LIBRARY_PATH=$work
for mode in local deepbind; do
    caught cross-thread-use ./host "$mode" plugin-now.so wrong
    silent ./host "$mode" plugin-now.so right
done
finish
