# SPDX-License-Identifier: MPL-2.0
# The README's options table is that of the program, its list of kinds as well, and its commands
# and files are there.
. "$(dirname "$0")/../lib.bash"
readme=$here/../../README

expect 0 env -u ZMQGUARD_OPTIONS "$ZMQGUARD" --help
sed -nE 's/^([a-z_]+)=[^ ]* \(default "?([^";)]*)"?[;)].*/\1 \2/p' out | LC_ALL=C sort >have
sed -nE 's/^\| `([a-z_]+)` \| `?([^`|]*)`? \| .*/\1 \2/p' "$readme" |
    sed 's/  *$/ /; s/^\([^ ]*\)$/\1 /' | LC_ALL=C sort >told
grep -v -- '-.* ' have | sed 's/  *$/ /' >options
echo 'include ' >>options
LC_ALL=C sort -o options options
grep -vE '^(fence|strict|overlap|auto) ' told >table
[ "$(wc -l <options)" -gt 15 ] || fail "only $(wc -l <options) options in --help"
diff options table || fail "the README's options differ from options.def (< --help, > README)"

sed -nE 's/^ZG_KIND\([A-Z_]+, "([a-z-]+)".*/\1/p' "$here/../../src/report/kinds.def" | sort >kinds
sed -n '/^- threads:/,/^## Options/p' "$readme" | grep -oE '`[a-z-]+`' | tr -d '`' | sort >listed
diff kinds listed || fail "the README's kinds differ from kinds.def"

# Its report is whole: both threads, where each was created, and what a real one of that program says.
sed -n '/^=====/,/^=====/p; /^SUMMARY/q' "$readme" >sample
expect 134 "$ZMQGUARD" --summary=0 "$BUILD/test/prog/pipeline"
for report in sample err; do
    threads=$(sed -n 2p $report | grep -oE 'thread T[0-9]+')
    same "threads of $report" 2 "$(wc -l <<<"$threads")"
    while read -r thread; do
        says $report "^  $thread \"producer-[ab]\" created by the main thread at:$"
    done <<<"$threads"
    says $report '^  socket S2 PUSH, connected inproc://work, created by the main thread:$'
    says $report '^  rule: ' && says $report '^  fix:  .*; one-line suppression: ' && says $report '^SUMMARY: '
done

for file in $(grep -oE '(scripts|test|src)/[a-z_]+(/[a-z_]+(\.[ch])?)?' "$readme" | sort -u); do
    [ -e "$here/../../$file" ] || fail "the README names $file, which is not there"
done
finish
