# SPDX-License-Identifier: MPL-2.0
"""pair.py TIMES: send and recv of 8 bytes over an inproc PAIR by pyzmq. Nanoseconds a pair."""
import sys
import time

import zmq

times = int(sys.argv[1])
context = zmq.Context()
a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
a.bind("inproc://x")
b.connect("inproc://x")


def exchange(n):
    """The loop that is measured."""
    for _ in range(n):
        a.send(b"12345678")
        b.recv()


exchange(times // 10 + 1)
start = time.thread_time()
exchange(times)
print((time.thread_time() - start) / times * 1e9)
