# SPDX-License-Identifier: MPL-2.0
"""The bug: one thread waits in recv() on a socket, another sends on it."""

import threading
import time

import zmq

context = zmq.Context()
left, right = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
left.bind("inproc://shared")
right.connect("inproc://shared")
left.rcvtimeo = 50000


def wait():
    """Is in recv() for a while, or until the guard ends it all."""
    try:
        left.recv()
    except zmq.Again:
        pass


waiter = threading.Thread(target=wait, name="waiter")
waiter.start()
while waiter.is_alive():
    left.send(b"x")
    time.sleep(0.01)
waiter.join()
