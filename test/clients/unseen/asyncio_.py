# SPDX-License-Identifier: MPL-2.0
"""A socket is used by a thread, and then by an asyncio loop that is woken by call_soon_threadsafe."""
import asyncio
import threading

import zmq

context = zmq.Context()
done = threading.Event()


async def main():
    loop = asyncio.get_running_loop()
    finished = loop.create_future()

    def use(socket, left):
        socket.send(b"x")
        if left == 0:
            finished.set_result(None)
        socket.close()

    def other():
        for left in range(9, -1, -1):
            socket = context.socket(zmq.PUB)
            socket.send(b"x")
            loop.call_soon_threadsafe(use, socket, left)

    threading.Thread(target=other).start()
    await finished


asyncio.run(main())
context.term()
