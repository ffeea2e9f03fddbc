#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# dlmopen: a libzmq in a namespace of its own cannot be guarded. That is said in one line when it is
# loaded, without any option and under whatever name, and require=1 fails. What else dlmopen loads is
# as it was, and in the program's own namespace it is a dlopen.
. "$(dirname "$0")/../lib.bash"

told() { # FILE-REGEX COMMAND…: works, and one line
    local what=$1
    shift
    # glibc 2.31 ends a program when libc cannot open a library for itself in another namespace.
    "$@" >out 2>&1 || return 0
    options="" guarded "$@"
    [ "$status" -eq 0 ] || fail "exit $status: $*"
    says err "^libzmqguard: /.*/$what: loaded by dlmopen into its own namespace: not guarded"
    [ "$(grep -c libzmqguard: err)" -eq 1 ] || fail "more than one line: $*"
    options=require=1 guarded "$@"
    [ "$status" -eq 99 ] || fail "exit $status with require=1: $*"
    options=summary=1 guarded "$@"
    says err "blind spots:.*/$what: loaded by dlmopen|^ .*/$what: loaded by dlmopen"
}

program host host.c
library ./plugin.so plugin.c -lzmq
told 'libzmq\.so[.0-9]*' ./host newlm "$work/plugin.so" right

# Under another name: by what every libzmq says. Found by the caller's RUNPATH, where the guard must not
# stand in.
library ./inside.so other.c -DINSIDE
told 'inside\.so' ./host newlm "$work/inside.so" right
program bare host.c -Wl,-rpath,"$work" -Wl,--enable-new-dtags
told 'libzmq\.so[.0-9]*' ./bare newlm plugin.so right

# Without a libzmq: not a word.
library ./other.so other.c
silent ./host newlm "$work/other.so" right

# In the program's own namespace.
caught cross-thread-use ./host base "$work/plugin.so" wrong
silent ./host base "$work/plugin.so" right
finish
