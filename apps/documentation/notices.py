"""What people hear of notes on their way into tickets."""

from apps.notifications.kinds import NoticeKind, declare

VISIBLE = declare(
    NoticeKind(
        "push.visible",
        "The client can see something that was meant to be internal",
        "A note or a time entry reads back from the PSA as visible to the client.",
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
