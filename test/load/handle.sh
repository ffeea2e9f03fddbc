#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# dlopen and dlsym on the handle, as ctypes, cffi, and the FFIs of other languages do.
. "$(dirname "$0")/../lib.bash"

program handle handle.c
caught cross-thread-use ./handle libzmq.so.5 wrong
silent ./handle libzmq.so.5 right
# The dlsym of a library that merely depends on libzmq finds libzmq's functions too.
library ./plugin.so plugin.c -lzmq
caught cross-thread-use ./handle ./plugin.so wrong
silent ./handle ./plugin.so right
finish
