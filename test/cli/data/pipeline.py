# SPDX-License-Identifier: MPL-2.0
"""The same bug in Python: a thread waits in recv(), another sends."""

import threading
import time

import zmq

context = zmq.Context()
left, right = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
left.bind("inproc://shared")
right.connect("inproc://shared")


def wait():
    """Is in recv() until there is something to take."""
    left.recv()  # the guilty line, too


def push():
    """Sends meanwhile."""
    left.send(b"x", zmq.DONTWAIT)  # the guilty line


def is_in_poll(thread):
    """Does it sleep in poll(), or in ppoll() on aarch64?"""
    with open(f"/proc/self/task/{thread.native_id}/syscall", encoding="ascii") as f:
        return f.read().split()[0] in ("7", "73")


waiter = threading.Thread(target=wait, name="waiter")
waiter.start()
while not is_in_poll(waiter):
    time.sleep(0.001)
push()
right.send(b"end")
waiter.join()
