# SPDX-License-Identifier: MPL-2.0
"""Two threads of a sub-interpreter use one socket in turns, which they take by a flag under the
interpreter's lock ("wrong"), or by semaphores ("right"). Its lock is the main interpreter's
("legacy"), or its own ("isolated")."""
import _interpreters
import sys

CODE = """
import ctypes, threading, time

zmq = ctypes.CDLL("libzmq.so.5")
zmq.zmq_ctx_new.restype = zmq.zmq_socket.restype = ctypes.c_void_p
zmq.zmq_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
zmq.zmq_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
zmq.zmq_close.argtypes = zmq.zmq_ctx_term.argtypes = [ctypes.c_void_p]
context = zmq.zmq_ctx_new()
socket = zmq.zmq_socket(context, 1)
turns = [threading.Semaphore(1), threading.Semaphore(0)]
turn = 0


def run(me):
    global turn
    for _ in range(10):
        if how == "right":
            turns[me].acquire()
            zmq.zmq_send(socket, b"x", 1, 0)
            turns[1 - me].release()
        else:
            while turn != me:
                time.sleep(0.0001)
            zmq.zmq_send(socket, b"x", 1, 0)
            turn = 1 - me


thread = threading.Thread(target=run, args=(1,))
thread.start()
run(0)
thread.join()
zmq.zmq_close(socket)
zmq.zmq_ctx_term(context)
"""

error = _interpreters.exec(_interpreters.create(sys.argv[1]), CODE, {"how": sys.argv[2]})
sys.exit(error.formatted if error else 0)
