"""What people hear of sessions."""

from apps.notifications.kinds import NoticeKind, declare

WOKE = declare(
    NoticeKind(
        "session.woke",
        "A paused session comes back",
        "The wake-up time that you set has come.",
        icon="alarm-clock",
        tone="warn",
    )
)
NOTE_ADDED = declare(
    NoticeKind(
        "session.note_added",
        "A teammate adds a note to your session",
        "What they wrote stands in the session, and in its documentation.",
        icon="pen-line",
    )
)
