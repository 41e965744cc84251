"""How long a piece of work may hold its worker."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def dies_after(seconds: float) -> Iterator[None]:
    """End this process when the block takes longer. The kernel does it, whatever the code hangs in.

    A worker that is started anew costs half a second; one that outlived its lease could send twice.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
