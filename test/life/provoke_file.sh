#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# provoke_file=: what provocation learnt is kept for the next run, by build-id and offset. With it
# the first of two uses is held, so that the second comes into it before any hand-over was seen.
# What is not whole, or another program's, is said and left alone.
. "$(dirname "$0")/../lib.bash"
program giver provoke_file.c -I"$top/test/prog" -lzmq -Wl,--build-id
mkdir kept

with() { options=symbolize=0:provoke_file=$1; }
with kept/a
silent ./giver apart
id=$(LC_ALL=C readelf -n giver | sed -n 's/.*Build ID: //p')
says kept/a "^libzmqguard provoke 1$"
says kept/a "^program giver $id$"
says kept/a "^pair [0-9a-f]+ [0-9a-f]+ 1 1 [01] [01] 0 $id\+0x[0-9a-f]+ $id\+0x[0-9a-f]+$"
says kept/a '^end [0-9a-f]+$'
same "files" a "$(ls kept)"
cp kept/a learnt

# Held by chance, four times of five after the fruitless one. On a busy machine a hold may end before
# the other thread comes, which uses up the time for holds, or raise a suspicion of its own, which is
# then the reason of the next one: the earlier run's shows in one of some runs.
options=$options:provoke=1000
for _ in {1..10}; do
    cp learnt kept/a
    guarded ./giver together 20
    grep -q 'an earlier run saw sockets' err && break
done
says err '^SUMMARY: libzmqguard: concurrent-use '
says err 'proven by provocation'
says err 'an earlier run saw sockets go between this place and another'
says kept/a '^pair [0-9a-f]+ [0-9a-f]+ 1 [0-9]+ [0-9]+ 0 1 '
options=summary=1:$options
guarded ./giver apart
says err '^  provoke_file: 1 pair of places of earlier runs$'
options=$options:format=json
guarded ./giver apart
says err '"learnt_pairs": ?1'

refused() { # WHY program: the file x stays as it is
    cp x before
    with x
    guarded "$2" apart || fail "exit $status"
    says err "^libzmqguard: provoke_file=.*/x: $1: ignored, and left as it is$"
    same "lines on stderr" 1 "$(wc -l <err)"
    cmp -s x before || fail "$1: the file was changed"
}
head -n 3 learnt >x
refused corrupt ./giver
sed 's/ 1 1 / 1 2 /' learnt >x
refused corrupt ./giver
{ cat learnt; echo more; } >x
refused corrupt ./giver
echo "Dear diary" >x
refused 'not a file that provoke_file= wrote' ./giver
cp learnt x
cp giver taker
refused 'of another program' ./taker

program giver provoke_file.c -I"$top/test/prog" -lzmq -Wl,--build-id=0x1234
cp learnt x
with x
guarded ./giver apart
says err ': of another build of the program: ignored, and to be replaced$'
says x '^program giver 1234$'
: >x
silent ./giver apart
says x '^pair '

with "$work/none/x"
guarded ./giver apart || fail "exit $status"
says err '^libzmqguard: provoke_file=/.*/none/x: cannot be written$'
with "$work/kept"
guarded ./giver apart || fail "exit $status"
says err 'not a regular file: ignored, and left as it is$'
# A process without libzmq, or that is not to provoke, leaves it alone.
echo "Dear diary" >x
with x
silent true
options=$options:provoke=off
silent ./giver apart
finish
