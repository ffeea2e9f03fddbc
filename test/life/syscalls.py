# SPDX-License-Identifier: MPL-2.0
"""syscalls.py asyncio|locks TIMES: exchanges by zmq.asyncio, or lives of locks."""
import asyncio
import queue
import sys
import threading

import zmq
import zmq.asyncio


async def exchange(times):
    """Over inproc, each message waited for in the loop."""
    context = zmq.asyncio.Context()
    a, b = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    a.bind("inproc://x")
    b.connect("inproc://x")
    for _ in range(times):
        waiting = asyncio.ensure_future(b.recv())
        await a.send(b"12345678")
        await waiting
    a.close()
    b.close()
    context.term()


def locks(times):
    """In a process with a socket: made, taken, let go, dropped."""
    context = zmq.Context()
    with context.socket(zmq.PAIR):
        for _ in range(times):
            with threading.Lock():
                pass
            with threading.Condition():
                pass
            threading.Semaphore().acquire()
            threading.Event().set()
            queue.SimpleQueue().put(1)
    context.term()


if sys.argv[1] == "asyncio":
    asyncio.run(exchange(int(sys.argv[2])))
else:
    locks(int(sys.argv[2]))
