# SPDX-License-Identifier: MPL-2.0
"""Two threads use one socket 20 to 60 ms apart; "right": under a lock."""
import contextlib
import os
import random
import sys
import threading
import time

import zmq

lock = threading.Lock() if sys.argv[1] == "right" else contextlib.nullcontext()
uses = int(sys.argv[2]) if len(sys.argv) > 2 else 60
seed = int(sys.argv[3]) if len(sys.argv) > 3 else os.getpid()
context = zmq.Context()
socket = context.socket(zmq.PUB)


def run(number):
    pauses = random.Random(2 * seed + number)
    for _ in range(uses):
        with lock:
            socket.send(b"x")
        time.sleep(pauses.uniform(0.02, 0.06))


thread = threading.Thread(target=run, args=(1,))
thread.start()
run(0)
thread.join()
socket.close()
context.term()
