#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# A stack taken below CPython has the Python frames of that very moment, also when the C frames are
# the same as last time: compared with what Python's own traceback says, some 20,000 times. One that was taken before is
# found again without being taken anew.
set -eu
command -v python3 >/dev/null || { echo "no python3"; exit 77; }
python3 -c 'import sys; sys.exit(not (3, 8) <= sys.version_info < (3, 15))' ||
    { echo "python3 of another version"; exit 77; }
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

cat >"$dir/probe.c" <<'C'
#include "host/objects.h"
#include "host/python.h"
#include "host/script.h"
#include "host/stack_cache.h"
#include "base/str.h"

static __thread struct zg_stack_cache *cache;
static __thread unsigned found; /* stacks that were there already */

__attribute__((visibility("default"))) unsigned probe_found(void)
{
    return found;
}

__attribute__((visibility("default"))) void probe_init(void)
{
    (void)zg_objects_refresh();
    zg_stack_init(ZG_STACKS_FULL, 48);
    (void)zg_python_look();
}

/* As a hook would. Called without the GIL (ctypes.CDLL) and with it (ctypes.PyDLL). */
__attribute__((visibility("default"), noinline)) unsigned probe_take(void)
{
    unsigned id;

    if (cache != NULL && zg_stack_cache_find(cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS(),
                                             zg_python_state()) != 0)
        found++;
    id = zg_stack_take(&cache, ZG_RETURN_ADDRESS(), ZG_FRAME_ADDRESS());
    __asm__ volatile("" ::: "memory");
    return id;
}

__attribute__((visibility("default"))) void probe_text(unsigned id, char *out, size_t cap)
{
    uintptr_t frames[ZG_STACK_FRAMES];
    size_t n = zg_stack_frames(id, frames, ZG_STACK_FRAMES);
    struct zg_buf b = zg_buf_on(out, cap);

    for (size_t i = 0; i < n; i++)
        if (zg_stack_is_script(frames[i]))
            zg_buf_format(&b, "%s|%s|%u\n", zg_script_place(frames[i])->function,
                          zg_script_place(frames[i])->file, zg_script_place(frames[i])->line);
}
C
${CC:-cc} -std=gnu17 -D_GNU_SOURCE -Isrc -O2 -g -fPIC -shared -fvisibility=hidden \
    -fno-omit-frame-pointer -fno-strict-aliasing -o "$dir/probe.so" "$dir/probe.c" \
    "$BUILD/libfloors.a"

cat >"$dir/script_ä.py" <<'PY'
import asyncio, ctypes, random, sys, threading, traceback

free = ctypes.CDLL(sys.argv[1])
held = ctypes.PyDLL(sys.argv[1])
free.probe_init()
lock = threading.Lock()
texts = {}

def text(i):
    if i not in texts:
        buf = ctypes.create_string_buffer(16384)
        free.probe_text(i, buf, len(buf))
        texts[i] = buf.value.decode()
    return texts[i]

def qualified(code):
    return getattr(code, "co_qualname", code.co_name)

def expected(frame, line):
    lines = []
    while frame is not None and len(lines) < 16:
        lines.append(f"{qualified(frame.f_code)}|{frame.f_code.co_filename}|{line or frame.f_lineno}\n")
        line, frame = None, frame.f_back
    return "".join(lines)

def as_traceback(frame):
    """What the module would print; it has no classes, and the innermost line is that of now."""
    frames = traceback.StackSummary.extract(traceback.walk_stack(frame), limit=16, lookup_lines=False)
    return [(f.name, f.filename, None if i == 0 else str(f.lineno)) for i, f in enumerate(frames)]

def is_traceback(got, frame):
    rows = [row.split("|") for row in got.splitlines()]
    return as_traceback(frame) == [(name.rpartition(".")[2], file, None if i == 0 else line)
                                   for i, (name, file, line) in enumerate(rows)]

wrong = checks = 0
def check(i, frame, line):
    global wrong, checks
    want, got = expected(frame, line), text(i)
    checks += 1
    if want != got or (checks % 16 == 0 and not is_traceback(got, frame)):
        with lock:
            wrong += 1
            if wrong < 4:
                print("want\n" + want + "got\n" + got)

def two_lines(rng, depth):
    if rng.random() < .5:
        i = free.probe_take(); line = sys._getframe().f_lineno
    else:
        i = free.probe_take(); line = sys._getframe().f_lineno
    check(i, sys._getframe(), line)
    i = held.probe_take(); check(i, sys._getframe(), sys._getframe().f_lineno)

class Größe:
    def метод(self, rng, depth):
        step(rng, depth - 1)

def generator(rng, depth):
    yield step(rng, depth - 1)

def by_exec(rng, depth):
    n = rng.randrange(4)
    exec(compile("\n" * n + "step(rng, depth - 1)", f"made{n % 2}", "exec"),
         {"step": step, "rng": rng, "depth": depth})

def sorted_key(rng, depth):
    sorted([1], key=lambda x: step(rng, depth - 1) or 0)

def nested_generators(rng, depth):
    yield from generator(rng, depth)

async def awaited(rng, depth):
    step(rng, depth - 1)

async def task(rng, depth):
    await awaited(rng, depth)

def by_asyncio(rng, depth):
    """In a loop of its own; within a running one, which allows none, by hand."""
    if asyncio._get_running_loop() is None:
        loop = asyncio.new_event_loop()
        loop.run_until_complete(task(rng, depth))
        loop.close()
    else:
        try:
            task(rng, depth).send(None)
        except StopIteration:
            pass

def by_callback(rng, depth):
    ctypes.CFUNCTYPE(None)(lambda: step(rng, depth - 1))()

def step(rng, depth):
    if depth > 0:
        way = rng.randrange(8)
        if way == 0:
            Größe().метод(rng, depth)
        elif way == 1:
            list(generator(rng, depth))
        elif way == 2:
            by_exec(rng, depth)
        elif way == 5:
            list(nested_generators(rng, depth))
        elif way == 6:
            by_asyncio(rng, depth)
        elif way == 7:
            by_callback(rng, depth)
        elif way == 3:
            sorted_key(rng, depth)
        else:
            step(rng, depth - 1)
    two_lines(rng, depth)

def work(seed):
    rng = random.Random(seed)
    for _ in range(700):
        step(rng, rng.randrange(8))

threads = [threading.Thread(target=work, args=(s,)) for s in range(3)]
for t in threads:
    t.start()
for t in threads:
    t.join()
step(random.Random(9), 30)

# Not taken anew each time: in a loop, in a function that is called again, in a generator's.
def called(n):
    for _ in range(n):
        free.probe_take()

def yielding(n):
    for _ in range(n):
        yield free.probe_take()

before = free.probe_found()
called(100)
for _ in range(100):
    called(1)
list(yielding(100))
found = free.probe_found() - before
print(len(texts), "stacks,", wrong, "wrong,", found, "of 300 found again")
sys.exit(wrong != 0 or len(texts) < 100 or found < 280)
PY
python3 "$dir/script_ä.py" "$dir/probe.so"
