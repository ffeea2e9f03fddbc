#!/usr/bin/env bash
# SPDX-License-Identifier: MPL-2.0
# The foreign function interfaces of other languages: one thread waits in zmq_recv() on a socket, the
# main thread sends on it (wrong) or on the other end (right).
. "$(dirname "$0")/../lib.bash"

tried=0
python=${PYTHON:-/usr/bin/python3}
# language COMMAND…: the program takes wrong or right
language() {
    tried=$((tried + 1))
    caught concurrent-use "$@" wrong
    says err '^ERROR: libzmqguard: concurrent-use: zmq_(msg_)?send(msg)?\(\) on a PAIR socket'
    says err 'inside of zmq_(msg_)?recv(msg)?\(\)|zmq_(msg_)?recv(msg)?\(\)'
    silent "$@" right
}
have() { "$@" >/dev/null 2>&1 </dev/null; }

have "$python" -c 'import ctypes; ctypes.CDLL("libzmq.so.5")' && language "$python" "$here/py_ctypes.py"
have "$python" -c 'import cffi' && language "$python" "$here/py_cffi.py"
have "$python" -c 'import zmq' && language "$python" "$here/py_zmq.py"
have ruby -e 'require "ffi-rzmq"' && language ruby "$here/ruby_ffi.rb"
# Perl has no threads that share a socket; but it forks, and the child must leave the socket alone.
if have perl -MZMQ::FFI -e 1; then
    tried=$((tried + 1))
    caught use-after-fork perl "$here/perl_ffi.pl" wrong
    silent perl "$here/perl_ffi.pl" right
fi
[ "$tried" -gt 0 ] || skip 'no python3, ruby or perl with an interface to libzmq'
finish
