# SPDX-License-Identifier: MPL-2.0
"""The same bug in Python: a thread waits in recv(), another sends."""

import threading
import time

import zmq

context = zmq.Context()
left, right = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
left.bind("inproc://shared")
right.connect("inproc://shared")
left.rcvtimeo = 2000


def wait():
    """Is in recv() until the time is up."""
    try:
        left.recv()  # the guilty line, too
    except zmq.Again:
        pass


def push():
    """Sends meanwhile."""
    left.send(b"x", zmq.DONTWAIT)  # the guilty line


waiter = threading.Thread(target=wait, name="waiter")
waiter.start()
deadline = time.monotonic() + 2
while waiter.is_alive() and time.monotonic() < deadline:
    push()
    time.sleep(0.05)
waiter.join()
