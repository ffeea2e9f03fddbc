#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Pollers, which are draft functions: a wait uses every registered socket as long as it runs, and may
# be held open for a tenth of its timeout.
. "$(dirname "$0")/../lib.bash"

library ./libpollers.so ../life/poller_fake.c -DDRAFTS
program pollers ../life/poller.c -L. -lpollers -Wl,-rpath,"$work"
silent ./pollers right
caught concurrent-use ./pollers poller
says err 'zmq_poller_size\(\) on a poller by thread T[0-9]+ while .* is inside of zmq_poller_wait'
caught concurrent-use ./pollers socket
says err 'zmq_send\(\) on a PUB socket by thread T[0-9]+ while .* is inside of zmq_poller_wait'
caught use-after-close ./pollers destroyed
says err 'zmq_poller_size\(\) on a poller that was closed'

options=provoke=1000:summary=1
for how in wait all own; do
    for _ in {1..10}; do # until the machine was not busy
        guarded ./pollers "$how" 100 || fail "exit $status"
        ! grep -qE ', [0-9]{2,3} ms in all' err || break
    done
    says err '^  provocation: [1-5] calls? held open, [0-9]{2,3} ms in all'
    guarded ./pollers "$how" 0 || fail "exit $status"
    says_not err provocation:
done
finish
