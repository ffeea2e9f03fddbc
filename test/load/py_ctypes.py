# SPDX-License-Identifier: MPL-2.0
"""libzmq through ctypes: dlopen, dlsym on the handle, calls by libffi."""
import ctypes
import sys

import py_blocked

PAIR = 0
zmq = ctypes.CDLL("libzmq.so.5")
for name in ("zmq_ctx_new", "zmq_socket"):
    getattr(zmq, name).restype = ctypes.c_void_p
zmq.zmq_socket.argtypes = (ctypes.c_void_p, ctypes.c_int)
for name in ("zmq_bind", "zmq_connect"):
    getattr(zmq, name).argtypes = (ctypes.c_void_p, ctypes.c_char_p)
for name in ("zmq_send", "zmq_recv"):
    getattr(zmq, name).argtypes = (ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int)
for name in ("zmq_close", "zmq_ctx_term"):
    getattr(zmq, name).argtypes = (ctypes.c_void_p,)

context = zmq.zmq_ctx_new()
peer = zmq.zmq_socket(context, PAIR)
shared = zmq.zmq_socket(context, PAIR)
zmq.zmq_bind(peer, b"inproc://languages")
zmq.zmq_connect(shared, b"inproc://languages")
buffer = ctypes.create_string_buffer(1)
thread = py_blocked.start(lambda: zmq.zmq_recv(shared, buffer, 1, 0))
zmq.zmq_send(shared if sys.argv[1] == "wrong" else peer, b"x", 1, 0)
thread.join()
zmq.zmq_close(shared)
zmq.zmq_close(peer)
zmq.zmq_ctx_term(context)
