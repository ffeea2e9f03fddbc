# SPDX-License-Identifier: MPL-2.0
"""Two threads use one socket in turns, which they take by a flag under the interpreter's lock
("wrong"), or by semaphores ("right"). The turns never meet by themselves."""
import sys
import threading
import time

import zmq

context = zmq.Context()
socket = context.socket(zmq.PUB)
turns = [threading.Semaphore(1), threading.Semaphore(0)]
turn = 0


def run(me):
    global turn
    for _ in range(10):
        if sys.argv[1] == "right":
            turns[me].acquire()
            socket.send(b"x")
            turns[1 - me].release()
        else:
            while turn != me:
                time.sleep(0.0001)
            socket.send(b"x")
            turn = 1 - me


thread = threading.Thread(target=run, args=(1,))
thread.start()
run(0)
thread.join()
socket.close()
context.term()
