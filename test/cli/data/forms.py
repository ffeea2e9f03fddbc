# SPDX-License-Identifier: MPL-2.0
# Parses what report.sh has written: out.FORM of records.json, none.FORM of nothing.
import base64
import hashlib
import json
import re
import sys
import xml.etree.ElementTree as ET
from html.parser import HTMLParser

full, none = sys.argv[1:3]

suites = ET.parse(full + ".junit").getroot()
suite = suites.find("testsuite")
cases = suite.findall("testcase")
assert suites.tag == "testsuites" and len(cases) == 4 == int(suite.get("tests"))
assert int(suite.get("failures")) == 3 == len(suite.findall("testcase/failure"))
assert cases[0].get("classname") == "libzmqguard.cross-thread-use"
assert cases[0].get("name") == "src/push.h:12 in push"
assert set(cases[0].keys()) == {"classname", "name", "time"}, "Jenkins refuses others"
assert "ERROR: libzmqguard: cross-thread-use" in cases[0].find("failure").text
assert cases[1].find("failure").get("message").startswith("</failure>]]> <script>")
assert cases[3].find("system-out") is not None, "a warning is no failure"
assert len(ET.parse(none + ".junit").getroot().findall("testsuite/testcase")) == 1

log = json.load(open(full + ".sarif"))
run = log["runs"][0]
rules = run["tool"]["driver"]["rules"]
assert log["version"] == "2.1.0" and log["$schema"].endswith("sarif-2.1.0.json")
assert len({r["id"] for r in rules}) == len(rules) == 4
for result in run["results"]:
    assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
    assert result["level"] in ("error", "warning") and result["message"]["text"]
    location = result["locations"][0]["physicalLocation"]
    assert location["artifactLocation"]["uri"] and " " not in location["artifactLocation"]["uri"]
    assert location.get("region", {"startLine": 1})["startLine"] >= 1
    assert result["partialFingerprints"]["libzmqguard/v1"]
first, second = run["results"][:2]
assert first["occurrenceCount"] == 44
assert first["locations"][0]["physicalLocation"]["artifactLocation"] == {
    "uri": "src/push.h", "uriBaseId": "%SRCROOT%"}
flows = first["codeFlows"][0]["threadFlows"]
assert len(flows) == 2 and "owner" in flows[1]["message"]["text"]
assert flows[0]["locations"][-1]["location"]["message"]["text"] == "push", "innermost last"
assert len(first["relatedLocations"]) == 2 and len(first["stacks"]) == 3
uri = second["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
assert uri == "dir%20with%20space/%C3%A4%2Cb%3Ac.cc", uri
assert json.load(open(none + ".sarif"))["runs"][0]["results"] == []

quality = json.load(open(full + ".gitlab"))
assert len(quality) == 4 and len({q["fingerprint"] for q in quality}) == 4
for entry in quality:
    # What GitLab's parser asks of an entry (codeclimate.json among its validators): it stops at the
    # first one that lacks any of it.
    assert set(entry) == {"description", "check_name", "fingerprint", "severity", "location"}
    assert all(isinstance(entry[k], str) and entry[k] for k in entry if k != "location")
    assert isinstance(entry["location"]["path"], str)
    assert type(entry["location"]["lines"]["begin"]) is int
    assert entry["severity"] in ("critical", "minor") and entry["location"]["lines"]["begin"] >= 1
    assert not entry["location"]["path"].startswith("./")
assert "; the other use: src/pipeline.c:41 in worker" in quality[0]["description"], quality[0]
assert quality[1]["location"]["path"] == "dir with space/ä,b:c.cc"
assert json.load(open(none + ".gitlab")) == []


class Page(HTMLParser):
    """Balanced, without a script but its own, and without anything from elsewhere."""

    void = {"meta", "br", "rect", "path", "th", "td", "tr", "input"}

    def __init__(self):
        super().__init__()
        self.open, self.count, self.text = [], {}, ""

    def handle_starttag(self, tag, attrs):
        assert tag not in ("link", "img", "iframe", "b"), tag
        for name, value in attrs:
            assert not name.startswith("on") and name not in ("src", "xlink:href"), name
            assert name != "href" or value.startswith("#"), value
        self.count[tag] = self.count.get(tag, 0) + 1
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.count[tag] = self.count.get(tag, 0) + 1

    def handle_endtag(self, tag):
        if tag not in self.void:
            assert self.open.pop() == tag, tag

    def handle_data(self, data):
        self.text += data


page = Page()
html = open(full + ".html").read()
page.feed(html)
scripts = re.findall(r"<script>(.*?)</script>", html, re.S)
allowed = base64.b64encode(hashlib.sha256(scripts[0].encode()).digest()).decode()
assert len(scripts) == 1 and "script-src 'sha256-%s'" % allowed in html, allowed
assert not page.open and page.count["section"] >= 4 and page.count["svg"] >= 3
for text in ("worker-b", "src/pipeline.c:41:7", "<script>alert(1)</script>", "inproc://q",
             "anyone may connect", "blind spot", "cross-thread-use:push"):
    assert text in page.text, text
# Libraries' frames are folded beside the reader's own, and a stack stands there once.
assert re.search(r'<details class="folded"><summary>1 frame of libraries</summary>\s<ol>\s<li[^\n]*start_thread', html)
# Dark where the reader wants it, narrow screens, and on paper what is closed and no box.
assert '<meta name="viewport"' in html and "@media (prefers-color-scheme:dark){" in html
assert "@media (max-width:600px){" in html
printed = html[html.index("@media print{"):html.index("</style>")]
assert "#filter{display:none" in printed
assert "details::details-content{content-visibility:visible;display:block}" in printed
assert "url(" not in open(full + ".html").read().replace("url(#a-", "")
page = Page()
page.feed(open(none + ".html").read())
assert "No findings" in page.text
