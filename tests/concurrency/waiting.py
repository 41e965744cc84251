import time
from collections.abc import Callable

PATIENCE = 60  # seconds; the machine may be busy


def until(condition: Callable[[], object], what: str, patience: float = PATIENCE, every: float = 0.05) -> None:
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"waited in vain: {what}"
        time.sleep(every)
