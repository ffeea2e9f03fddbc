#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Correct programs (clients/unseen/) whose order no preload can see are left alone: locks and queues
# of GLib, Qt, Abseil, Boost, TBB, OpenMP, C++20, Go, Java, Rust, GHC, SBCL, and the loops of libuv,
# libevent, asio and asyncio. What is not installed is left
# out.
# ZG_RUNS=50 runs each so often.
. "$(dirname "$0")/../lib.bash"
. "$here/languages.bash"
runs=2

for source in "$here"/unseen/*.*; do
    command=$(command_of "$source" 2>/dev/null) || { echo "left out: ${source##*/}"; continue; }
    # shellcheck disable=SC2086
    silent $command
done
finish
