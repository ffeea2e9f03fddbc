# SPDX-License-Identifier: MPL-2.0
# The manual pages are well-formed, and tell of exactly the options and kinds that there are.
. "$(dirname "$0")/../lib.bash"
src=$here/../../src

for page in "$src/cli/zmqguard.1" "$src/cli/libzmqguard.7"; do
    ! grep -nE '.{101,}' "$page" || fail "$page: long lines"
    command -v groff >/dev/null || continue
    same "$(basename "$page")" "" "$(groff -ww -W break -mdoc -Tutf8 -z "$page" 2>&1)"
done

page=$src/cli/libzmqguard.7
# "name default" of each option and kind, as the program has it and as the manual does.
expect 0 env -u ZMQGUARD_OPTIONS "$ZMQGUARD" --help
sed -nE 's/^([a-z_-]+)=[^ ]* \(default "?([^";)]*)"?[;)].*/\1 \2/p' out | sed 's/ $/ empty/' |
    LC_ALL=C sort >have
{
    sed -nE 's/^\.It Cm ([a-z_]+) Ns = Ns .* Pq default: (.*)$/\1 \2/p' "$page"
    sed -nE 's/^\.It Sy ([a-z-]+) Pq (error|warning|off)$/\1 \2/p' "$page"
} | LC_ALL=C sort >told
[ "$(wc -l <have)" -gt 40 ] || fail "only $(wc -l <have) options and kinds in --help"
diff have told || fail "the manual differs from options.def or kinds.def (< --help, > manual)"

# Every kind is explained: what, why and how to fix it.
awk '/^\.It Sy .* Pq/ { if (kind && !(why && fix)) print kind; kind = $3; why = fix = 0 }
     /^Why: / { why = 1 } /^Fix: / { fix = 1 }
     END { if (!(why && fix)) print kind }' "$page" >unexplained
same "kinds without a why or a fix" "" "$(cat unexplained)"

# Every field of a real finding and of a summary is described.
if command -v python3 >/dev/null; then
    $CC -O2 -g -o pipeline "$here/data/pipeline.c" -lzmq -lpthread || exit 1
    "$ZMQGUARD" --on_error=log --format=json ./pipeline racy 2>records.json
    python3 - records.json >fields <<'END'
import json, sys
def keys(o):
    if isinstance(o, dict):
        for k, v in o.items():
            yield k
            yield from keys(v)
    elif isinstance(o, list):
        for v in o:
            yield from keys(v)
print("\n".join(sorted({k for line in open(sys.argv[1]) for k in keys(json.loads(line))})))
END
    sed -n '/^\.Sh RECORDS/,/^\.Sh EXIT SUMMARY/p' "$page" | grep -oE '[a-z_]+' | sort -u >words
    [ "$(wc -l <fields)" -gt 40 ] || fail "only $(wc -l <fields) fields in the records"
    same "fields that the manual lacks" "" "$(comm -23 <(LC_ALL=C sort fields) <(LC_ALL=C sort words))"
fi

# Every subcommand of --help is in the manual.
for word in $(sed -nE 's/^       zmqguard ([a-z]+) .*/\1/p' out); do
    grep -q "^\.Ss zmqguard $word" "$src/cli/zmqguard.1" || fail "zmqguard.1 lacks $word"
done
finish
