# SPDX-License-Identifier: MPL-2.0
r"""A pytest plugin: a finding of libzmqguard in any process of a test makes that test red.

    PYTHONPATH=/usr/local/share/zmqguard zmqguard run --on_error=log --dedup=0 \
        python3 -m pytest -p zmqguard_pytest

dedup=0, since else a process reports what two of its tests have in common in the first one only. Or
copy this file beside a conftest.py that says pytest_plugins = ["zmqguard_pytest"]. The records of
all processes stand in the directory of `zmqguard run` (ZMQGUARD_JOB), and each has the test in whose
time its process was started or found something (PYTEST_CURRENT_TEST): that works in the workers of
xdist as well. A finding outside of all tests is in the verdict of `zmqguard run` alone.
"""
import json
import os

import pytest

_job = os.environ.get("ZMQGUARD_JOB")
_read = {}  # path: bytes of it that were read
_waiting = {}  # node id: findings of it that no report has yet


def _escaped(text):
    """As the guard writes what comes from outside."""
    return "".join(
        chr(b) if 0x20 <= b <= 0x7E and b != 0x5C else "\\x%02x" % b for b in os.fsencode(text)
    )


def _new_lines():
    """Whole lines that were added to the job's records; runs inside of it have folders there."""
    for folder, _, names in os.walk(_job):
        for name in names:
            path = os.path.join(folder, name)
            try:
                with open(path, "rb") as f:
                    f.seek(_read.get(path, 0))
                    text = f.read()
            except OSError:
                continue
            text = text[: text.rfind(b"\n") + 1]
            _read[path] = _read.get(path, 0) + len(text)
            yield from text.splitlines()


def _findings_of(nodeid):
    for line in _new_lines():
        try:
            record = json.loads(line)
        except ValueError:
            continue  # `zmqguard run` says so, and is red
        test = record.get("test", {}).get("PYTEST_CURRENT_TEST", "")
        if record.get("record") == "finding":
            _waiting.setdefault(test.rsplit(" (", 1)[0], []).append(record)
    return _waiting.pop(_escaped(nodeid.replace("\x00", "(null)")), [])


_LIBRARIES = ("/zmq/", "/lib/python3", "-packages/", "/usr/include/")


def _place(frame):
    for line in frame.get("lines", []):
        if "file" in line and not any(part in line["file"] for part in _LIBRARIES):
            return "%s:%s in %s" % (line["file"], line.get("line", "?"), line.get("function", "?"))
    return None


def _text_of(record):
    lines = ["libzmqguard: %s: %s" % (record["kind"], record["sentence"])]
    for event in record.get("events", [])[:2]:
        places = list(filter(None, map(_place, event.get("frames", []))))
        lines.append("  " + event.get("heading", event.get("role", "")))
        lines += ["    " + place for place in places[:4]]
    lines.append("  fix:  " + record.get("fix", ""))
    lines.append("  one-line suppression: " + record.get("suppression", ""))
    return "\n".join(lines)


def pytest_report_header(config):
    if _job is None:
        return "zmqguard: findings make no test red: not started by `zmqguard run`"
    return "zmqguard: findings make their test red"


@pytest.hookimpl(hookwrapper=True, tryfirst=True)
def pytest_runtest_makereport(item, call):
    outcome = yield
    if _job is None:
        return
    report = outcome.get_result()
    findings = _findings_of(item.nodeid)
    if not findings:
        return
    text = "\n".join(map(_text_of, findings))
    if report.outcome != "failed" and any(f.get("severity") == "error" for f in findings):
        report.outcome = "failed"
        report.longrepr = text
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    else:
        report.sections.append(("zmqguard", text))
