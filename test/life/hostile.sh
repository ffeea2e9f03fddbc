#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Hosts that limit, shut in, interrupt or replace things end under the guard as they do without it:
# the same output, status and signal, and not a word. A row is a place to run in and what runs there.
# shellcheck source=test/lib.bash
# shellcheck disable=SC2016 # the inner shell expands
. "$(dirname "$0")/../lib.bash"
program hostile hostile.c -lzmq
library answer.so answer.c

ends='exit _exit quick_exit abort kill segv exec'

# one FILE PRELOAD COMMAND…: what it printed, and how it ended
one() {
    local file=$1 preload=$2
    shift 2
    { # this shell's own words about signals are not wanted
        timeout -k 5 120 "$@" env LD_PRELOAD="$preload" ./hostile "$part" >"$file" 2>&1 </dev/null
        echo "ended with $?" >>"$file"
    } 2>/dev/null
    # That one is said, whatever the options.
    sed -i '/^libzmqguard: .*: loaded by dlmopen into its own namespace: not guarded/d' "$file"
}

# row TITLE PARTS OTHERS COMMAND…: what runs the program; OTHERS: a preload of its own, or nothing
row() {
    local title=$1 parts=$2 other=$3 order
    shift 3
    for part in $parts; do
        one out.bare "$other" "$@"
        for order in "$GUARD${other:+:}$other" "$other${other:+:}$GUARD"; do
            one out "$order" "$@"
            cmp -s out out.bare || { cat out.bare; fail "$title: $part differs from bare"; }
            [ -n "$other" ] || break
        done
    done
}
bash_() { row "$1" "$2" '' bash -c "$3"'; exec "$0" "$@"'; }

row 'as it is' "threads many coroutines signals loader namespace $ends" ''
bash_ '64 descriptors' "threads loader exit" 'ulimit -n 64'
bash_ '12 descriptors' "threads exit" 'ulimit -n 12'
bash_ 'a small stack' "threads coroutines exit" 'ulimit -s 128'
bash_ 'no file may grow' "threads exit" 'ulimit -f 0'
bash_ 'closed descriptors' "threads _exit kill" 'exec 0<&- 1>&- 2>&-'
bash_ 'a full disk' "threads exit" 'exec >/dev/full 2>&1'
if unshare --mount true 2>/dev/null; then
    row 'no /proc' "threads loader $ends" '' \
        unshare --mount bash -c 'mount -t tmpfs none /proc && exec "$0" "$@"'
    row 'nothing can be written' "threads loader exit" '' unshare --mount bash -c \
        'mount -o remount,bind,ro / && cd "$PWD" && exec "$0" "$@"'
fi
for name in libjemalloc.so.2 libtcmalloc_minimal.so.4 libmimalloc.so.2 faketime/libfaketime.so.1; do
    for lib in /usr/lib/*/"$name" /usr/lib64/"$name"; do
        [ -e "$lib" ] || continue
        row "$name" "threads signals loader $ends" "$lib"
    done
done
finish
