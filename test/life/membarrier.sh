#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Where the kernel or a filter gives no membarrier(2), both sides of the fence pay for a full one, and
# nothing else is different: what is caught elsewhere is caught there, what is right is silent. Where
# there is one, the process is registered before its first thread: later that takes 10 ms and more.
. "$(dirname "$0")/../lib.bash"
program without without_membarrier.c
./without true || skip "no filter for system calls here"

options=verbosity=2
guarded ./without "$BUILD/test/prog/order_mutex" || fail "exit $status"
says err 'fence: a full one, no membarrier here$'
guarded "$BUILD/test/prog/order_mutex" || fail "exit $status"
says_not err 'no membarrier here'

library ./libearly.so early_thread.c
program early early_thread.c -DPROGRAM ./libearly.so -Wl,-rpath,"$work"
expect 0 ./early
says out '^not registered'
options=
silent ./early
says out '^registered'

runs=3
for name in order_mutex order_queue order_threads life_close_twin; do
    silent ./without "$BUILD/test/prog/$name"
done
caught 'concurrent-use|cross-thread-use' ./without "$BUILD/test/prog/pipeline"
caught cross-thread-use ./without "$BUILD/test/prog/order_unlocked"
caught use-after-close ./without "$BUILD/test/prog/life_stale_send"
finish
