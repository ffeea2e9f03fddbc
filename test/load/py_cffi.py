# SPDX-License-Identifier: MPL-2.0
"""libzmq through cffi in ABI mode: dlopen, dlsym on the handle, calls by libffi."""
import sys

import cffi
import py_blocked

PAIR = 0
ffi = cffi.FFI()
ffi.cdef("""
    void *zmq_ctx_new(void);
    void *zmq_socket(void *context, int type);
    int zmq_bind(void *socket, const char *address);
    int zmq_connect(void *socket, const char *address);
    int zmq_send(void *socket, const void *buf, size_t len, int flags);
    int zmq_recv(void *socket, void *buf, size_t len, int flags);
    int zmq_close(void *socket);
    int zmq_ctx_term(void *context);
""")
zmq = ffi.dlopen("libzmq.so.5")

context = zmq.zmq_ctx_new()
peer = zmq.zmq_socket(context, PAIR)
shared = zmq.zmq_socket(context, PAIR)
zmq.zmq_bind(peer, b"inproc://languages")
zmq.zmq_connect(shared, b"inproc://languages")
buffer = ffi.new("char[1]")
thread = py_blocked.start(lambda: zmq.zmq_recv(shared, buffer, 1, 0))
zmq.zmq_send(shared if sys.argv[1] == "wrong" else peer, b"x", 1, 0)
thread.join()
zmq.zmq_close(shared)
zmq.zmq_close(peer)
zmq.zmq_ctx_term(context)
