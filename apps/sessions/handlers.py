from apps.core.outbox.jobs import every
from apps.sessions.services import telling


@every(15)
def wake_sessions() -> None:
    telling.wake_sessions()
