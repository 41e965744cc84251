from apps.core.live import cut_streams
from apps.core.live.bus import switchboard


def hang_up() -> None:
    """End the listening connection of this process, which would hold the test database."""
    if bus := switchboard.bus:
        bus.stopping.set()
        cut_streams(0)
        bus.join()
