# SPDX-License-Identifier: MPL-2.0
"""Starts a kernel under the guard, whose cells fork and end the child in two ways."""
import os
import sys

from jupyter_client.manager import KernelManager

CELLS = [
    "1 + 1",
    """import os
pid = os.fork()
if pid == 0:
    os._exit(0)
print(os.waitpid(pid, 0)[1])""",
    """import multiprocessing
p = multiprocessing.get_context('fork').Process(target=print, args=('from a child',))
p.start(); p.join(); print(p.exitcode)""",
    "import subprocess; print(subprocess.run(['true']).returncode)",
]

manager = KernelManager(kernel_name="python3")
manager.kernel_spec.argv[0] = sys.executable
environment = dict(os.environ, LD_PRELOAD=os.environ["ZG_GUARD"])
manager.start_kernel(env=environment)
client = manager.blocking_client()
client.start_channels()
client.wait_for_ready(timeout=200)
for cell in CELLS:
    reply = client.execute_interactive(cell, timeout=200)
    assert reply["content"]["status"] == "ok", reply
client.stop_channels()
manager.shutdown_kernel()
