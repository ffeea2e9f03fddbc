#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Log files from end to end: of a daemon, of a process that is killed, of many at once, in a full
# or unwritable place.
set -u
dir=$(mktemp -d) || exit 1
trap 'rm -rf "$dir"' EXIT
bin=$BUILD/test/prog/closer
fail() { echo "$1"; ls -l "$dir"; head -c 3000 "$dir"/* 2>/dev/null; exit 1; }
guarded() { # options, then the command
    local options=$1
    shift
    LD_PRELOAD=$GUARD ZMQGUARD_OPTIONS=$options "$@"
}

# A daemon that closes everything, then errs.
guarded "on_error=log:symbolize=0:log_path=$dir/daemon" "$bin" 1 detach || fail "daemon: exit $?"
[ "$(grep -c '^SUMMARY' "$dir"/daemon.*)" = 1 ] || fail "daemon: no report"

# Killed: what was reported is there, and whole.
guarded "on_error=log:symbolize=0:format=json:log_path=$dir/killed" "$bin" 3 kill 2>/dev/null
[ $? = 137 ] || fail "killed: other end"
[ "$(grep -c '^{.*}$' "$dir"/killed.*)" = 3 ] || fail "killed: records lost"

# Ten at once: a file each, every record whole.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    guarded "on_error=log:symbolize=0:format=json:log_path=$dir/many" "$bin" 20 &
done
wait
[ "$(find "$dir" -name 'many.*' | wc -l)" = 10 ] || fail "many: not ten files"
[ "$(cat "$dir"/many.* | grep -c '^{"zmqguard":1,"record":"finding".*}$')" = 200 ] ||
    fail "many: records lost"
[ "$(cat "$dir"/many.* | wc -l)" = 200 ] || fail "many: records mixed"

# The same to one pipe.
for _ in 1 2 3 4 5 6 7 8 9 10; do
    guarded "on_error=log:symbolize=0:format=json" "$bin" 20 2>&1 &
done | cat >"$dir/pipe"
[ "$(grep -c '^{"zmqguard":1,"record":"finding".*}$' "$dir/pipe")" = 200 ] || fail "pipe: lost"
[ "$(wc -l <"$dir/pipe")" = 200 ] || fail "pipe: mixed"

# Where nothing can be written the finding goes to stderr, and the program goes on.
for place in /dev/full /proc/log "$dir/absent/log"; do
    guarded "on_error=log:symbolize=0:log_path=$place" "$bin" 1 2>"$dir/err" || fail "$place: $?"
    [ "$(grep -c '^SUMMARY' "$dir/err")" = 1 ] || fail "$place: no report"
    [ "$(grep -c '^libzmqguard: log_path=' "$dir/err")" = 1 ] || fail "$place: not said"
done

# stderr closed from the start: the program is unharmed.
guarded "on_error=log:symbolize=0" "$bin" 2 2>&- || fail "closed stderr: exit $?"
[ -z "$(find "$dir" -name core)" ] || fail "core"
