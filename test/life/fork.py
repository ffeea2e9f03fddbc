"""A parent receives what multiprocessing's forked child sends: by a context of the child's own
(right), or on the parent's socket (wrong), as the argument says."""
import multiprocessing
import sys

import zmq


def child(push, endpoint):
    if push is None:
        push = zmq.Context().socket(zmq.PUSH)
        push.connect(endpoint)
        push.send(b"hello")
        push.close()
        return
    try:
        push.send(b"hello", zmq.DONTWAIT)
    except zmq.ZMQError:
        pass


def main():
    wrong = sys.argv[1] == "wrong"
    context = zmq.Context()
    pull = context.socket(zmq.PULL)
    pull.bind("tcp://127.0.0.1:*")
    endpoint = pull.getsockopt_string(zmq.LAST_ENDPOINT)
    push = context.socket(zmq.PUSH)
    push.connect(endpoint)
    fork = multiprocessing.get_context("fork")
    process = fork.Process(target=child, args=(push if wrong else None, endpoint))
    process.start()
    if not wrong and pull.recv() != b"hello":
        sys.exit(1)
    process.join()
    push.close(0)
    pull.close(0)
    context.term()
    sys.exit(process.exitcode if process.exitcode >= 0 else 128 - process.exitcode)


main()
