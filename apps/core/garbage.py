"""How often a process of the web server looks for garbage."""

import gc


def collect_rarely() -> None:
    """What was loaded at the start stays, and what a page leaves behind ends with its last reference.

    Python's own pace searches several times a page and finds nothing: a twentieth of an answer's time.
    """
    gc.freeze()
    gc.set_threshold(10_000, 20, 20)
