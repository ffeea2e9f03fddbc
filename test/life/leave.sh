#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A thread that ends the process lets a report on another thread come to its end first: what is
# wrong does not end with status 0 because the program was about to end anyway.
# shellcheck source=test/lib.bash
. "$(dirname "$0")/../lib.bash"
program leave leave.c -lzmq
for case in "abort 134 exit" "exit 66 exit" "log 0 exit" "abort 134 _exit" "exit 66 _exit" \
    "log 0 _exit" "log 0 _Exit" "log 0 quick_exit" "abort 134 handler" "log 0 vfork"; do
    read -r mode status how <<<"$case"
    expect "$status" "$ZMQGUARD" --policy=fence --summary=0 --on_error="$mode" ./leave "$how"
    says err '^ERROR: libzmqguard: cross-thread-use: zmq_send\(\) on a PAIR socket by thread'
    says err '^    #[0-9]+ use[ +]'
    says err '^SUMMARY: libzmqguard: cross-thread-use '
done
finish
