# SPDX-License-Identifier: MPL-2.0
"""Waiting until a thread is inside a system call poll or ppoll, for the programs beside."""
import threading
import time

POLLS = ("7", "271", "73")  # poll and ppoll of x86-64, ppoll of aarch64


def start(function):
    """Runs function in a thread; returns when that thread waits in libzmq."""
    thread = threading.Thread(target=function)
    thread.start()
    while True:
        with open("/proc/self/task/%d/syscall" % thread.native_id) as f:
            if f.read().split()[0] in POLLS:
                return thread
        time.sleep(0.001)
