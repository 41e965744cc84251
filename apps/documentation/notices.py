"""What people hear of notes on their way into tickets."""

from apps.notifications.kinds import NoticeKind, declare

VISIBLE = declare(
    NoticeKind(
        "push.visible",
        "Visible to the client by mistake",
        "A note or a time entry that was sent as internal reads back from the PSA as visible to the client.",
        icon="triangle-alert",
        tone="bad",
        urgent=True,
        email=True,
    )
)
STUCK = declare(
    NoticeKind(
        "push.stuck",
        "A note did not reach its ticket",
        "The PSA refused a note that you sent, or nobody knows whether it arrived.",
        icon="triangle-alert",
        tone="warn",
    )
)
