#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The last use of a socket that a report shows has the Python frames that it had, whatever frames
# the uses before it had, from the same places in C: by exec(), generators, coroutines and
# callbacks of C, in threads that share the code.
. "$(dirname "$0")/../lib.bash"
python_with zmq
"$python" -c 'import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 15))' ||
    skip "python3 of another version"

cat >uses.py <<'PY'
import functools, json, os, random, sys, threading, zmq

ROUNDS, DEPTH, FRAMES = 40, 4, 10
context = zmq.Context()
last = threading.local()
expected = {}

def note(frame, line):
    """The frames of this moment as a report has them."""
    last.frames = []
    while frame is not None and len(last.frames) < FRAMES:
        code = frame.f_code
        last.frames.append([getattr(code, "co_qualname", code.co_name),
                            os.path.basename(code.co_filename), line or frame.f_lineno])
        line, frame = None, frame.f_back

def use(a, b, rng):
    if rng.random() < .5:
        line = sys._getframe().f_lineno + 1
        a.send(b"x")
    else:
        line = sys._getframe().f_lineno + 1
        a.send(b"y")
    b.recv()
    note(sys._getframe(), line)

def generator(a, b, rng, depth):
    yield step(a, b, rng, depth)

async def coroutine(a, b, rng, depth):
    step(a, b, rng, depth)

def by_coroutine(a, b, rng, depth):
    try:
        coroutine(a, b, rng, depth).send(None)
    except StopIteration:
        pass

def by_exec(a, b, rng, depth):
    """Code of one length, made and dropped: names and lines differ."""
    n = rng.randrange(4)
    text = "\n" * n + f"def made{n % 2}():\n step(a, b, rng, depth)\nmade{n % 2}()"
    exec(compile(text, f"file{n // 2}", "exec"),
         {"step": step, "a": a, "b": b, "rng": rng, "depth": depth})

def step(a, b, rng, depth):
    if depth == 0:
        return use(a, b, rng)
    depth -= 1
    way = rng.randrange(7)
    if way == 0:
        list(generator(a, b, rng, depth))
    elif way == 1:
        by_coroutine(a, b, rng, depth)
    elif way == 2:
        by_exec(a, b, rng, depth)
    elif way == 3:
        sorted([1], key=lambda x: step(a, b, rng, depth) or 0)
    elif way == 4:
        functools.partial(step, a, b, rng)(depth)
    elif way == 5:
        step(a, b, rng, depth)
    else:
        step(a, b, rng, depth)

def work(number):
    for i in range(ROUNDS):
        name = f"intruder {number} {i}"
        a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
        a.bind(f"inproc://{name}")
        b.connect(f"inproc://{name}")
        # From three places, each some times in a row; the last time from one of them.
        for seed in [i, i + 1, i + 2] * 4:
            for _ in range(3):
                step(a, b, random.Random(seed), DEPTH)
        step(a, b, random.Random(i + i % 3), DEPTH)
        expected[name] = last.frames
        t = threading.Thread(target=a.get, args=(zmq.RCVHWM,), name=name)
        t.start()
        t.join()
        a.close(0)
        b.close(0)

workers = [threading.Thread(target=work, args=(n,)) for n in range(3)]
for t in workers:
    t.start()
for t in workers:
    t.join()
with open("expected", "w") as f:
    json.dump(expected, f)
PY
options=policy=strict:on_error=log:dedup=0:max_reports=1000:symbolize=0:format=json:log_path=$work/log
guarded "$python" uses.py || fail "exit $status"
"$python" - log.* <<'PY' || fail "other frames than were there"
import json, os, sys
expected = json.load(open("expected"))
own = ("uses.py", "file0", "file1") # pyzmq's frames come first
seen = wrong = 0
for line in open(sys.argv[1]):
    record = json.loads(line)
    if record["record"] != "finding" or record["threads"][0]["name"] not in expected:
        continue
    want = [f for f in expected[record["threads"][0]["name"]] if f[1] in own]
    last = [e for e in record["events"] if e["role"] == "last-use"][0]
    got = [[l["function"], os.path.basename(l["file"]), l["line"]]
           for f in last["frames"] if f.get("script") for l in f["lines"]]
    got = [f for f in got if f[1] in own][:len(want)]
    seen += 1
    if got != want:
        wrong += 1
        if wrong < 4:
            print("want", *want, "got", *got, sep="\n")
print(seen, "of", len(expected), "reported,", wrong, "wrong")
sys.exit(seen != len(expected) or wrong != 0)
PY
finish
