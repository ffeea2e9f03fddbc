# SPDX-License-Identifier: MPL-2.0
"""Two threads use one socket 20 to 60 ms apart; "right": under a lock."""
import contextlib
import random
import sys
import threading
import time

import zmq

lock = threading.Lock() if sys.argv[1] == "right" else contextlib.nullcontext()
uses = int(sys.argv[2]) if len(sys.argv) > 2 else 60
context = zmq.Context()
socket = context.socket(zmq.PUB)


def run():
    for _ in range(uses):
        with lock:
            socket.send(b"x")
        time.sleep(random.uniform(0.02, 0.06))


thread = threading.Thread(target=run)
thread.start()
run()
thread.join()
socket.close()
context.term()
