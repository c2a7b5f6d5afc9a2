"""Processes for passes, forked in a few milliseconds from one that has imported everything and has no threads.

`python -m tests.sync.histories.nursery FD` is that one; it reads orders from a socket and ends with it.
"""

from __future__ import annotations

import atexit
import os
import pickle
import signal
import socket
import subprocess
import sys
from functools import lru_cache
from select import select

from tests.sync.histories.child import Ended, Job, live

_LARGEST = 65_536


class Pass:
    """A pass under way in a process of its own."""

    def __init__(self, job: Job) -> None:
        self._result, theirs = os.pipe()
        orders = _orders()
        socket.send_fds(orders, [pickle.dumps(job)], [theirs])
        os.close(theirs)
        self.pid = int(orders.recv(_LARGEST))

    def ended(self, seconds: float) -> Ended:
        """Wait for its end. Raises TimeoutError when it hangs; then it has been killed."""
        try:
            if not select([self._result], [], [], seconds)[0]:
                os.kill(self.pid, signal.SIGKILL)
                raise TimeoutError("the pass hangs")
            with os.fdopen(self._result, "rb", closefd=False) as file:
                answer = file.read()
        finally:
            os.close(self._result)
        return pickle.loads(answer) if answer else Ended(None)


@lru_cache(maxsize=1)
def _orders() -> socket.socket:
    """The line to this process's nursery, started at the first call."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    command = [sys.executable, "-m", "tests.sync.histories.nursery", str(theirs.fileno())]
    nursery = subprocess.Popen(command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL)
    theirs.close()
    atexit.register(_end, nursery, ours)
    return ours


def _end(nursery: subprocess.Popen[bytes], orders: socket.socket) -> None:
    orders.close()
    nursery.wait()


def _serve(orders: socket.socket) -> None:
    """Fork a process for each order until the other end closes."""
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # nobody asks how they ended
    while True:
        order, files, _, _ = socket.recv_fds(orders, _LARGEST, 1)
        if not order:
            return
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            orders.close()
            with os.fdopen(files[0], "wb") as result:
                result.write(pickle.dumps(live(pickle.loads(order))))
                result.flush()
                os._exit(0)  # threads that still wait for a request are of no interest
        os.close(files[0])
        orders.send(str(pid).encode())


def _import_the_rest() -> None:
    """What a pass would import or read only once it runs."""
    import anyio._backends._asyncio
    import httpcore

    from blink_tui.ksef.transport import _trusted_authorities
    from blink_tui.model.dates import warsaw

    assert anyio
    assert httpcore
    _trusted_authorities()
    warsaw()


if __name__ == "__main__":
    _import_the_rest()
    _serve(socket.socket(fileno=int(sys.argv[1])))
