#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Two copies of libzmq in one process, reached in every order: each handle is served by the copy that
# made it, and each caller by the copy that the loader would have given it.
. "$(dirname "$0")/../lib.bash"

for n in 1 2; do
    library "./libfake$n.so" fake.c -DCOPY=$n "-Wl,--hash-style=$([ $n = 1 ] && echo gnu || echo sysv)"
    library "./plug$n.so" copyplug.c -L. "-lfake$n" -Wl,-rpath,"$work"
done
program copies copies.c
program linked1 copies.c -DLINKED -L. -lfake1 -Wl,-rpath,"$work"

ways="handle:./libfake1.so handle:./libfake2.so local:./plug1.so local:./plug2.so
      global:./plug1.so global:./plug2.so deepbind:./plug1.so deepbind:./plug2.so"
for a in $ways; do
    for b in $ways; do
        [ "$a" != "$b" ] || continue
        same_as_bare ./copies "$a:right" "$b:right" "$a:right"
        same_as_bare ./linked1 linked::right "$a:right" "$b:right" linked::right
    done
done
for a in $ways; do
    caught cross-thread-use ./copies handle:./libfake1.so:right local:./plug2.so:right "$a:wrong"
    caught cross-thread-use ./linked1 linked::right "$a:wrong"
done
finish
