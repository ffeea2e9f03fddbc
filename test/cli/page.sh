#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The page's script on the page itself, with just enough of a document around it: the box filters by
# kind, state and text, in the list and in the findings alike, and the printer gets what is closed.
. "$(dirname "$0")/../lib.bash"
command -v node >/dev/null || skip 'no node'

sed -n 1p "$here/data/records.json" >old
"$ZMQGUARD" report --format=html --diff old "$here/data/records.json" >compared.html 2>err
"$ZMQGUARD" report --format=html "$here/data/records.json" >alone.html 2>err
"$ZMQGUARD" report --format=html --allow-empty /dev/null >none.html 2>err
cat >page.js <<'JS'
const assert = require("assert"), fs = require("fs"), vm = require("vm")

function page(file) {
    const html = fs.readFileSync(file, "utf8"), elements = [], byId = {}
    for (const [, tag, attributes, inner] of html.matchAll(/<(section|tr)([^>]*data-kind[^>]*)>(.*?)<\/\1>/gs)) {
        const value = name => (attributes.match(new RegExp(` ${name}="([^"]*)"`)) || [])[1]
        const e = { tag, hidden: false, id: value("id") || "", textContent: inner.replace(/<[^>]*>/g, " "),
            dataset: { kind: value("data-kind"), state: value("data-state"), of: value("data-of") } }
        elements.push(e)
        if (e.id) byId[e.id] = e
    }
    const p = { elements, printed: null, details: (html.match(/<details/g) || []).map(() => ({ open: false })) }
    const box = /<form id="filter" hidden>/.test(html) && { hidden: true, text: { value: "" }, kind: { value: "" },
        addEventListener(type, run) { this["on" + type] = run } }
    if (box && /<select name="state"/.test(html)) box.state = { value: "" }
    p.kinds = [...html.matchAll(/<option class="">([^<]*)|<option>([^<]*)/g)].map(m => m[1] || m[2])
    p.box = byId.filter = box || null
    byId.shown = { textContent: "" }
    p.shown = (text, kind, state) => {
        box.text.value = text, box.kind.value = kind
        if (box.state) box.state.value = state
        box.oninput()
        const left = tag => elements.filter(e => e.tag === tag && !e.hidden)
        assert.deepEqual(left("tr").map(e => e.dataset.of), left("section").map(e => e.id), "list and findings")
        assert.equal(byId.shown.textContent, left("section").length + " shown")
        return left("section").map(e => e.dataset.kind).sort().join(" ")
    }
    vm.runInNewContext(/<script>(.*?)<\/script>/s.exec(html)[1], {
        addEventListener: (type, run) => { p["on" + type] = run },
        document: { getElementById: id => byId[id] || null,
            querySelectorAll: what => ({ details: p.details, "[data-kind]": elements })[what] },
    })
    p.onbeforeprint()
    assert(p.details.every(d => d.open), "closed in print")
    return p
}

const all = "concurrent-use cross-thread-use ipc-group-writable ipc-world-writable"
const compared = page("compared.html"), alone = page("alone.html")
for (const p of [compared, alone]) {
    assert.equal(p.box.hidden, false)
    for (const kind of all.split(" ")) assert(p.kinds.includes(kind), kind)
    assert.equal(p.shown("", "", ""), all)
    assert.equal(p.shown("", "concurrent-use", ""), "concurrent-use")
    assert.equal(p.shown("SRC/PUSH.H", "", ""), "cross-thread-use")
    assert.equal(p.shown("src/push.h", "concurrent-use", ""), "")
    assert.equal(p.shown("no such text", "", ""), "")
    assert.equal(p.shown("", "", ""), all)
    let stopped = false
    p.box.onsubmit({ preventDefault() { stopped = true } })
    assert(stopped, "the page goes away on Enter")
}
assert.equal(compared.shown("", "", "still there"), "cross-thread-use")
assert.equal(compared.shown("", "", "new"), all.replace("cross-thread-use ", ""))
assert.equal(compared.shown("", "cross-thread-use", "new"), "")
assert.equal(alone.box.state, undefined)
assert.equal(page("none.html").box, null)
JS
expect 0 node page.js
[ "$status" -eq 0 ] || cat err
finish
