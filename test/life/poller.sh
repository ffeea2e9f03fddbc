#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# Pollers, which are draft functions: a wait uses every registered socket as long as it runs.
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
finish
