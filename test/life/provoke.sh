#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Which calls are held open: those on a suspect socket, but none in a signal handler, none that says
# to wait for nothing, a wait for a tenth of its timeout at most, and none with provoke=off. The summary counts them, in text and JSON; by
# seed= the choices are the same.
. "$(dirname "$0")/../lib.bash"
program provoke provoke.c -I"$top/test/prog" -lzmq

has() { # how options
    options=summary=1:symbolize=0:$2
    guarded ./provoke "$1" || fail "exit $status"
}
has use seed=7
says err '^  suspicions: 1 by 1 pair of places, 0 proven, 1 unproven$'
says err '^    zmq_send\(\) at provoke\+0x[0-9a-f]+, then zmq_send\(\) at provoke\+0x[0-9a-f]+: 1 times, [1-5] held$'
says err '^  provocation: [1-5] calls? held open, [0-9]+ ms in all \(seed=7\)$'
held=$(grep -o 'provocation: [0-9]* call' err)
# A hold that took long, as on a busy machine, leaves no time for others.
for _ in {1..10}; do
    has use seed=7
    [ "$(grep -o 'provocation: [0-9]* call' err)" != "$held" ] || break
    has use seed=7
    held=$(grep -o 'provocation: [0-9]* call' err)
done
same "holds with the same seed" "$held" "$(grep -o 'provocation: [0-9]* call' err)"
for how in handler poll; do
    has "$how" provoke=20
    says err '^  suspicions: 1 by'
    says_not err provocation:
done
for _ in {1..10}; do # until the machine was not busy
    has wait provoke=1000
    ! grep -qE ', [0-9]{2,3} ms in all' err || break
done
says err '^  provocation: [1-5] calls? held open, [0-9]{2,3} ms in all'
has use provoke=off
says err '^  suspicions: 1 by'
says_not err provocation:
has handler provoke=20:stacks=caller
says_not err provocation:
has use format=json
says err '"suspicions": ?1,.*"holds": ?[1-5],.*"unproven_pairs"'
finish
