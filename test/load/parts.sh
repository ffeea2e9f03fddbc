#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Before glibc 2.34 threads, dlopen() and message queues are in files of their own, which a program
# loads, loads later, or has no need for. (On a newer one these programs are like others.)
. "$(dirname "$0")/../lib.bash"

# A plugin's locks that lead past the guard, where the program has brought no libpthread.
program host host.c -Wl,--as-needed
for link in now lazy; do
    library "./locks-$link.so" parts_locks.c -lzmq "-Wl,-z,$link"
    for mode in local deepbind deepbind-lazy; do
        caught cross-thread-use ./host "$mode" "./locks-$link.so" wrong
        silent ./host "$mode" "./locks-$link.so" right
    done
done

# These files make futex calls of their own, as libc does: that makes no order possible.
program with-all plugin.c -DPROGRAM -lzmq -Wl,--no-as-needed -lrt -lanl -lpthread -ldl
caught cross-thread-use ./with-all wrong
silent ./with-all right

# The guard's own definitions fulfil a weak reference: what is behind them has to be there.
program weak parts_weak.c -Wl,--as-needed
expect 0 ./weak
silent ./weak

# A cancelled thread is unwound through the guard, which finds the unwinder by dlopen().
program cancel parts_cancel.c -Wl,--as-needed
same_as_bare ./cancel

# A libzmq that has no need for libdl: whole stacks all the same.
library ./libfake.so fake.c -Wl,--as-needed
program small static.c -Wl,--as-needed -L. -lfake -Wl,-rpath,"$work"
options=verbosity=2 guarded ./small
says err 'stacks: libunwind'
finish
