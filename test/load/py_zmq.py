# SPDX-License-Identifier: MPL-2.0
"""libzmq through pyzmq: an extension module that is linked with it and opened RTLD_LOCAL."""
import sys

import py_blocked
import zmq

context = zmq.Context()
peer = context.socket(zmq.PAIR)
shared = context.socket(zmq.PAIR)
peer.bind("inproc://languages")
shared.connect("inproc://languages")
thread = py_blocked.start(shared.recv)
(shared if sys.argv[1] == "wrong" else peer).send(b"x")
thread.join()
shared.close()
peer.close()
context.term()
