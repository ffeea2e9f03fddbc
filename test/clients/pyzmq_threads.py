# SPDX-License-Identifier: MPL-2.0
"""Correct programs: sockets handed over by threading, queue and concurrent.futures."""

import queue
import threading
from concurrent.futures import ThreadPoolExecutor

import zmq

context = zmq.Context()


def pair(name):
    """Two connected PAIR sockets."""
    ends = context.socket(zmq.PAIR), context.socket(zmq.PAIR)
    ends[0].bind("inproc://" + name)
    ends[1].connect("inproc://" + name)
    return ends


def exchange(ends):
    """One message there and back."""
    ends[0].send(b"ping")
    assert ends[1].recv() == b"ping"
    ends[1].send(b"pong")
    assert ends[0].recv() == b"pong"


def by_lock():
    """Four threads share a pair under a lock."""
    ends, lock = pair("lock"), threading.Lock()

    def work():
        for _ in range(50):
            with lock:
                exchange(ends)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    exchange(ends)


def by_queue():
    """Sockets go to another thread through a queue, and back."""
    there, back = queue.Queue(), queue.SimpleQueue()

    def work():
        while (ends := there.get()) is not None:
            exchange(ends)
            back.put(ends)

    worker = threading.Thread(target=work)
    worker.start()
    for i in range(50):
        ends = pair(f"queue{i}")
        exchange(ends)
        there.put(ends)
    for _ in range(50):
        exchange(back.get())
    there.put(None)
    worker.join()


def by_future():
    """Sockets made in a pool's threads are used and closed by main."""
    with ThreadPoolExecutor(4) as pool:
        made = [pool.submit(pair, f"future{i}") for i in range(20)]
        for future in made:
            ends = future.result()
            exchange(ends)
            pool.submit(exchange, ends).result()
            for end in ends:
                end.close()


def by_garbage():
    """Sockets that the garbage collector closes, in whichever thread it runs."""

    def work(i):
        ends = pair(f"garbage{i}")
        exchange(ends)
        ring = [ends]
        ring.append(ring)

    threads = [threading.Thread(target=work, args=(i,)) for i in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def without_copy():
    """Zero-copy messages are freed by libzmq's I/O thread, which tells a collector's socket."""
    pull, push = context.socket(zmq.PULL), context.socket(zmq.PUSH)
    port = pull.bind_to_random_port("tcp://127.0.0.1")
    push.connect(f"tcp://127.0.0.1:{port}")
    for i in range(100):
        tracker = push.send(bytes([i]) * 100000, copy=False, track=True)
        assert len(pull.recv(copy=False).bytes) == 100000
        tracker.wait(10)


for case in (by_lock, by_queue, by_future, by_garbage, without_copy):
    case()
context.destroy(linger=0)
