# SPDX-License-Identifier: MPL-2.0
"""libzmq by ctypes or cffi: foreign.py ctypes|cffi shared|own.

shared: two threads send on one PUSH. own: each on one of its own.
"""

import sys
import threading

PUSH, PULL, LINGER = 8, 7, 17
NAME = "libzmq.so.5"

if sys.argv[1] == "ctypes":
    import ctypes

    zmq = ctypes.CDLL(NAME)
    zmq.zmq_ctx_new.restype = zmq.zmq_socket.restype = ctypes.c_void_p
    zmq.zmq_socket.argtypes = [ctypes.c_void_p, ctypes.c_int]
    zmq.zmq_bind.argtypes = zmq.zmq_connect.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
    zmq.zmq_send.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    zmq.zmq_recv.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_size_t, ctypes.c_int]
    zmq.zmq_close.argtypes = zmq.zmq_ctx_term.argtypes = [ctypes.c_void_p]
    room = ctypes.create_string_buffer(8)
else:
    import cffi

    ffi = cffi.FFI()
    ffi.cdef("""
        void *zmq_ctx_new(void); int zmq_ctx_term(void *);
        void *zmq_socket(void *, int); int zmq_close(void *);
        int zmq_bind(void *, const char *); int zmq_connect(void *, const char *);
        int zmq_send(void *, const void *, size_t, int); int zmq_recv(void *, void *, size_t, int);
    """)
    zmq = ffi.dlopen(NAME)
    room = ffi.new("char[8]")

context = zmq.zmq_ctx_new()
pull = zmq.zmq_socket(context, PULL)
assert zmq.zmq_bind(pull, b"inproc://work") == 0


def connect():
    """A PUSH that is connected."""
    push = zmq.zmq_socket(context, PUSH)
    assert zmq.zmq_connect(push, b"inproc://work") == 0
    return push


def work(push):
    """Sends. Both threads are in libzmq at once sooner or later: the foreign call drops the GIL."""
    for _ in range(20000 if sys.argv[2] == "own" else 1000000):
        zmq.zmq_send(push, b"x", 1, 1)


count = 1 if sys.argv[2] == "shared" else 2
pushes = [connect() for _ in range(count)]
threads = [threading.Thread(target=work, args=(pushes[i % count],)) for i in range(2)]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
while zmq.zmq_recv(pull, room, 8, 1) == 1:
    pass
for push in pushes:
    zmq.zmq_close(push)
zmq.zmq_close(pull)
zmq.zmq_ctx_term(context)
