# SPDX-License-Identifier: MPL-2.0
# zmqguard report --diff OLD NEW: what is new is written and judged; what was there already, and what
# has gone, stands in a line each. The forms for CI get the new ones alone.
. "$(dirname "$0")/../lib.bash"
records=$here/data/records.json
finding() { grep -m1 "\"fingerprint\": \"$1" "$records"; }
a=$(finding aaaa) b=$(finding bbbb) c=$(finding cccc)
warning=$(grep -o '{"zmqguard": 1.*ipc-group-writable.*' "$records" | head -n 1)
mkdir old new
printf '%s\n' "$a" "$c" >old/1
printf '%s\n' "$b" "$a" "$warning" >new/1
diff_of() { env -u GITHUB_STEP_SUMMARY "$ZMQGUARD" report --diff "$@"; }

expect 1 diff_of old new
says out '^1 of 2 new: seen once'
says out '^ERROR: libzmqguard: concurrent-use: '
says_not out '^ERROR: libzmqguard: cross-thread-use: '
says out '^still there: error: cross-thread-use src/push\.h:12 in push$'
says out '^gone: error: ipc-world-writable '
says out '^2 new, 1 still there, 1 gone$'
says out '^1 new error, 1 new warning in 3 records$'
# Only what is new counts: a baseline of old findings is green.
expect 0 diff_of old old
says out '^0 new, 2 still there, 0 gone$'
printf '%s\n' "$a" "$warning" >warned
expect 0 diff_of old warned
expect 1 diff_of --fail-on=warning old warned
expect 0 diff_of --fail-on=never old new
# What could not be read of either is no verdict.
expect 2 diff_of no-such-file new
expect 2 diff_of old no-such-file
expect 2 diff_of old
expect 2 diff_of old new new
mkdir empty
expect 2 diff_of empty new
expect 1 diff_of --allow-empty empty new

expect 1 diff_of --format=junit old new
same "cases" 2 "$(grep -c '<testcase' out)"
expect 0 diff_of --format=junit old old
says out 'name="no findings"'
expect 1 diff_of --format=github old new
same "annotations" 2 "$(grep -cE '^::(error|warning) ' out)"
expect 1 diff_of --format=gitlab old new
same "entries" 2 "$(grep -c check_name out)"
expect 1 diff_of --format=sarif old new
same "states" "2 1" "$(grep -c '"baselineState": "new"' out) $(grep -c '"baselineState": "unchanged"' out)"
expect 1 diff_of --gen-suppressions old new
says_not out '^cross-thread-use'
expect 1 diff_of --format=html old new
says out 'data-kind="concurrent-use" data-state="new"'
says out 'data-kind="cross-thread-use" data-state="still there"'
says out '1 gone since the older job'
finish
