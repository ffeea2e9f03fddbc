# SPDX-License-Identifier: MPL-2.0
# The guard with other tools, by the manual's words: gdb's breakpoint, programs built with ASan and
# with TSan.
. "$(dirname "$0")/../lib.bash"

cp "$here/data/pipeline.c" .
$CC -O2 -g -o pipeline pipeline.c -lzmq -lpthread || exit 1
tried=0

if command -v gdb >/dev/null && gdb -q -batch -ex run --args true >log 2>&1; then
    tried=$((tried + 1))
    expect 0 gdb -q -batch -ex 'set breakpoint pending on' -ex "set environment LD_PRELOAD $GUARD" \
        -ex 'break zmqguard_on_report' -ex run -ex 'info threads' -ex bt --args ./pipeline racy
    says out 'hit Breakpoint 1.*zmqguard_on_report'
    says out '^\* .*"worker-b"' # stopped in the thread at fault
    says out ' work .*pipeline\.c'
fi

for sanitizer in address thread; do
    $CC -O1 -g -fsanitize=$sanitizer -o sane pipeline.c -lzmq -lpthread 2>/dev/null || continue
    ./sane clean >log 2>&1 || continue # it cannot run here at all (address space layout)
    tried=$((tried + 1))
    expect 0 "$ZMQGUARD" ./sane clean
    says_not err '(ERROR|WARNING): '
    expect 134 "$ZMQGUARD" ./sane racy
    says err '^ERROR: libzmqguard: cross-thread-use: '
    says err '^SUMMARY: libzmqguard: cross-thread-use .*pipeline\.c:[0-9]+ in push'
done
[ $tried -gt 0 ] || skip "neither gdb nor a sanitizer's runtime"
finish
