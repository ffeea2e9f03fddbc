#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# zmqguard report on what no guard wrote like that: damaged, compressed, glued together, spread over
# lines, forged; names that are no text; a process whose findings are elsewhere. Never a verdict that
# is greener than what is known, and every form stays what its readers can parse.
. "$(dirname "$0")/../lib.bash"
records=$here/data/records.json
good=$(grep -m1 aaaa "$records")
other=$(grep -m1 '"bbbb' "$records")
summary=$(grep -m1 '"record": "summary"' "$records")
report() { env -u GITHUB_STEP_SUMMARY "$ZMQGUARD" report "$@"; }

# Nothing that a terminal or a CI system would obey; whether the forms are any is looked at in the end.
mkdir forms
keep() { # FORM OPERAND
    ! LC_ALL=C grep -q $'[\001-\010\013-\037\177]' out || fail "$1 of $2 has control characters"
    cp out "forms/$(find forms -type f | wc -l).$1"
}
in_all_forms() { # STATUS OPERAND…
    local form
    for form in text junit sarif github gitlab html; do
        expect "$1" report --format=$form "${@:2}"
        keep $form "${*:2}"
    done
}
unread() { # REGEX OPERAND…: no verdict, whatever else was read
    expect 2 report --fail-on=never "${@:2}"
    says err "$1"
    says out '^incomplete: '
}

printf '%s\n' "$good" >good
printf '%s\0\0\0\n' "$good" >hole
printf '\0\0\0\0' >nulls
gzip -c good >good.gz
printf '%s\n' "$good" | iconv -t UTF-16LE >utf16 2>/dev/null || printf '{\0"\0\n\0' >utf16
for file in hole nulls good.gz utf16; do
    unread "$file: findings may be missing: .* not text: compressed, or damaged" good $file
done
# As jq writes it.
printf '%s\n' "$good" | sed 's/^{/{\n  /; s/, "record"/,\n  "record"/' >pretty
unread 'pretty: findings may be missing: .* not a complete record' good pretty
# Neither error nor warning; a text where the version should be; a record that is no finding.
for line in '{"zmqguard": 1, "record": "finding", "kind": "concurrent-use"}' \
    '{"zmqguard": 1, "record": "finding", "kind": "concurrent-use", "severity": "ERROR"}' \
    '{"zmqguard": "1", "kind": "concurrent-use", "severity": "error"}' '{"zmqguard": 1}'; do
    printf '%s\n' "$line" >odd
    unread 'odd: findings may be missing' good odd
done
# Not closed, nested without an end, a number that no machine has.
printf '{"zmqguard": 1, "x": %s\n' "$(printf '[%.0s' {1..5000})" >deep
unread 'deep: findings may be missing' good deep
printf '{"zmqguard": 1e999, "kind": "x", "severity": "error"}\n' >huge
unread 'huge: findings may be missing' good huge

# Two records on a line, and one after the other was cut.
printf '%s%s\n%s%s\n' "$good" "$other" "$good" "$(cut -c 1-200 <<<"$other")" >glued
expect 2 report glued
says out '^2 errors, 0 warnings in 3 records$'
says err 'glued:2: not a complete record'
sed -i 2d glued
expect 1 report glued
says out '^2 errors, 0 warnings in 2 records$'
printf '%s%s\n' "$good" "$other" >two.log
expect 0 "$ZMQGUARD" symbolize two.log
same "symbolize keeps what it does not know" "$(cat two.log)" "$(cat out)"

# Errors that a summary counts, and whose records are not here.
printf '%s\n' "${summary/\"pid\": 101/\"pid\": 999}" >elsewhere
unread 'pid=999 on alpha\) counts 1 error, of which there is no record here' good elsewhere
printf '%s\n' "$summary" >>good
expect 1 report good
# Findings that were counted and not written cannot be compared.
sed 's/"unwritten": 0/"unwritten": 7/' good >unwritten
expect 1 report unwritten
says out '^7 findings of .* were not written'
expect 2 report --diff good unwritten
says err 'had 7 more findings than max_reports=, which cannot be compared'

# Forged: what a terminal or a CI system would obey.
forged='\u001b[2J\n::error::forged\r\n~~~~~~~~\n==== \u009b31m\u007f'
sed -E "s/(\"(sentence|where|heading|name|rule|fix|time|host|exe|function|suppression)\": \")/\\1${forged//\\/\\\\}/g" \
    <<<"$good" >forged
in_all_forms 1 forged
! grep -lE '^::error::forged|^~~~~~~~~' forms/* || fail "a line of its own"
expect 1 env GITHUB_STEP_SUMMARY="$work/summary.md" "$ZMQGUARD" report --format=github forged
same "annotations" 1 "$(grep -c '^::error' out)"
says_not summary.md Incomplete
expect 2 env GITHUB_STEP_SUMMARY="$work/incomplete.md" "$ZMQGUARD" report --format=github forged hole
says incomplete.md '^\*\*Incomplete:\*\* hole'
says out '^::error title=libzmqguard%3A incomplete::hole'
same "fences" 2 "$(grep -c '^~~~~~~~~' summary.md)"
expect 1 report --gen-suppressions forged
same "suppressions" 1 "$(grep -c '^[^#]' out)"

# Names that are no text.
unread 'no\\xfftext\\x1b: No such file' good $'no\xfftext\033'
unread 'no\\xc2\\x9btext: No such file' good $'no\xc2\x9btext'
mkdir folder && cut -c 1-300 <<<"$good" >folder/$'cut\xff'
unread 'folder/cut\\xff: findings may be missing' folder
in_all_forms 2 folder
for form in text junit sarif github gitlab html; do
    grep -q 'cut.*\\xff: findings may be missing' "$(find forms -name "*.$form" | sort -V | tail -n 1)" ||
        fail "$form does not say so"
done

# A directory that nobody can read to its end (root may open all), a file that ends in an error.
mkdir -p deep.d/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16
cp good deep.d/1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/16/
unread 'deep.d/.*/15/16: too deep' good deep.d
report good - <"$work" >out 2>err
same "status of a read error" 2 $?
says out '^incomplete: -: Is a directory$'

# Nothing of a report that could not be written counts.
for form in text junit sarif github gitlab html; do
    report --format=$form good >/dev/full 2>err
    same "status of a full disk, $form" 2 $?
    report --format=$form good >&- 2>err
    same "status without an output, $form" 2 $?
done
report --gen-suppressions good >/dev/full 2>err
same "status of a full disk" 2 $?
# As many findings as there may be, and a long line.
line=$good awk 'BEGIN { for (i = 0; i < 1000; i++) { s = ENVIRON["line"]; sub(/aaaaaaaaaaaaaaaa/, sprintf("%016x", i), s); print s } }' >many
in_all_forms 1 many
{ head -c 20000000 /dev/zero | tr '\0' x && echo && cat good; } >long
expect 1 report long
says err 'long:1: no record'

# All forms by their parsers.
if command -v xmllint >/dev/null; then xmllint --noout forms/*.junit || fail "XML"; fi
if command -v python3 >/dev/null; then
    python3 - forms/* <<'PYTHON' || fail "forms"
import json
import sys

for name in sys.argv[1:]:
    text = open(name, encoding="utf-8").read()
    if name.endswith((".sarif", ".gitlab")):
        json.loads(text)
PYTHON
fi
finish
