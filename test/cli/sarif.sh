#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# report --format=sarif is valid by the standard's own JSON schema (OASIS, SARIF 2.1.0), in every
# shape that it has: findings of any origin, none, what could not be read, a comparison. Schema and
# validator (ajv) come by npm, from scripts/setup check: OASIS lets its schema be passed on, but not
# changed, so it is no part of this source.
. "$(dirname "$0")/../lib.bash"
modules=${ZG_NODE_MODULES:-$top/build/npm/node_modules}
command -v node >/dev/null || skip 'no node'
[ -d "$modules/@microsoft/jest-sarif" ] || skip "no SARIF schema (scripts/setup check, with npm and a network)"
export NODE_PATH=$modules
records=$here/data/records.json

cat >validate.js <<'JS'
const fs = require("fs")
const folder = process.env.NODE_PATH + "/@microsoft/jest-sarif/lib/schemas/"
const ajv = new (require("ajv"))({ allErrors: true, meta: false, schemaId: "id" })
ajv.addMetaSchema(require("ajv/lib/refs/json-schema-draft-04.json"))
const valid = ajv.compile(JSON.parse(fs.readFileSync(folder + fs.readdirSync(folder)[0])))
for (const file of process.argv.slice(2)) {
    if (valid(JSON.parse(fs.readFileSync(file)))) continue
    console.log(file + ":", ajv.errorsText(valid.errors, { separator: "\n  " }))
    process.exitCode = 1
}
JS

written() { # NAME ARGUMENT…
    "$ZMQGUARD" report --format=sarif "${@:2}" >"$1.sarif" 2>err
    expect 0 node validate.js "$1.sarif"
    [ "$status" -eq 0 ] || cat out err
}
written all "$records"
written none --allow-empty /dev/null
written nothing /dev/null
written missing no-such-file
head -n 1 "$records" >old
written compared --diff old "$records"

# Of real processes: a thread's misuse, an endpoint's, a script's, libzmq's own end, without symbols.
$CC -O2 -g -o pipeline "$here/data/pipeline.c" -lzmq -lpthread && cp pipeline stripped && strip stripped ||
    die "build"
"$ZMQGUARD" run --job=job --on_error=log ./pipeline racy 2>err
"$ZMQGUARD" run --job=job --on_error=log ./stripped racy 2>err
"$ZMQGUARD" run --job=job --on_error=log --symbolize=0 "$BUILD/test/prog/ipc_umask" 2>err
if /usr/bin/python3 -c 'import zmq' 2>/dev/null; then
    "$ZMQGUARD" run --job=job --on_error=log /usr/bin/python3 "$here/data/pipeline.py" >out 2>err
fi
written real job
[ "$(grep -c '"ruleId"' real.sarif)" -ge 2 ] || fail "few results: $(cat real.sarif)"

# A record with next to nothing in it, and one with odd values.
echo '{"zmqguard": 1, "kind": "x", "severity": "error"}' >bare
written bare bare
echo '{"zmqguard": 1, "record": "finding", "kind": "concurrent-use", "severity": "warning", "pid": -1,
"where": "", "events": [{"role": "access", "heading": "", "frames": [{"module": "", "lines":
[{"function": "", "file": "/a b/ü%", "line": 4294967295, "column": 0}]}]}]}' | tr -d '\n' >odd
written odd odd

# The schema does refuse: this is no test that passes whatever is written.
sed 's/"level": "error"/"level": "bad"/' all.sarif >bad.sarif
expect 1 node validate.js bad.sarif
finish
