#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# One socket, two threads whose uses are 20 to 60 ms apart and rarely meet by themselves: GLib,
# Python, Go, Java, Rust, workers that are fed over tcp (clients/shared/). Those that forget the lock
# are found with provoke=50 within their 60 uses; their right twins are silent. What is not installed
# is left out. ZG_RUNS=20 runs each so often.
. "$(dirname "$0")/../lib.bash"
. "$here/languages.bash"
runs=${ZG_RUNS:-1}

found() { # not by SIGABRT, which Go's and Java's runtimes turn into something of their own
    options=provoke=50:on_error=exit
    guarded "$@"
    # On a busy machine their uses are further apart: again, with more of them.
    [ "$status" -ne 0 ] || guarded "$@" 600
    options=provoke=50
    [ "$status" -eq 66 ] || { fail "exit $status, expected 66: $*"; return 1; }
    grep -qE '^ERROR: libzmqguard: concurrent-use: ' out err || fail "no concurrent-use: $*"
}

for source in "$here"/shared/*.*; do
    command=$(command_of "$source" 2>/dev/null) || { echo "left out: ${source##*/}"; continue; }
    # shellcheck disable=SC2086
    each_run found $command wrong
    # shellcheck disable=SC2086
    each_run silent_once $command right 20
done
finish
