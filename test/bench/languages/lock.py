# SPDX-License-Identifier: MPL-2.0
"""lock.py TIMES: threading.Lock, own, in a process with a zmq socket. Nanoseconds a pair."""
import sys
import threading
import time

import zmq

times = int(sys.argv[1])
socket = zmq.Context().socket(zmq.PAIR)
lock = threading.Lock()


def turn(n):
    """The loop that is measured."""
    for _ in range(n):
        with lock:
            pass


turn(times // 10 + 1)
start = time.thread_time()
turn(times)
print((time.thread_time() - start) / times * 1e9)
