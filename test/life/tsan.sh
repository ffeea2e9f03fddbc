#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The concurrent parts of base and model under ThreadSanitizer, as a normal program.
set -eu
: "${BUILD:?}"
out=$BUILD/test/tsan
mkdir -p "$out"
echo 'int main(void) { return 0; }' >"$out/probe.c"
# Some kernels place memory where the run-time library cannot use it, some compilers have none.
"${CC:-cc}" -fsanitize=thread -o "$out/probe" "$out/probe.c" 2>/dev/null && "$out/probe" ||
    { echo "no ThreadSanitizer"; exit 77; }
for test in test_sync test_inproc; do
    # TSan does not follow stand-alone fences, of which gcc warns. They order atomics here, which
    # it knows anyway.
    # shellcheck disable=SC2046
    "${CC:-cc}" -std=gnu17 -D_GNU_SOURCE -DITERATIONS=4000 -Isrc -Itest -O1 -g -w \
        -fsanitize=thread -o "$out/$test" "test/unit/$test.c" src/base/*.c \
        src/model/{vc,clock,sync,sync_table,sync_text,inproc,inproc_message}.c \
        $(pkg-config --cflags --libs check) -lpthread
    TSAN_OPTIONS="halt_on_error=1 exitcode=66" "$out/$test"
done
