"""What people hear of handoffs."""

from apps.notifications.kinds import NoticeKind, declare

YOURS = declare(
    NoticeKind(
        "handoff.yours",
        "A session is handed to you",
        "Somebody chose you, or you are on call.",
        icon="life-buoy",
        tone="warn",
        urgent=True,
        email=True,
    )
)
OPEN = declare(
    NoticeKind(
        "handoff.open",
        "A session needs a senior",
        "A teammate handed a session over to any senior.",
        icon="life-buoy",
        tone="warn",
        channels=True,
    )
)
OVERDUE = declare(
    NoticeKind(
        "handoff.overdue",
        "A handoff is overdue",
        "Nobody picked a session up in time.",
        icon="alarm-clock",
        tone="bad",
        email=True,
        channels=True,
    )
)
TAKEN = declare(
    NoticeKind(
        "handoff.taken",
        "Your handoff was picked up",
        "Somebody goes on with what you handed over.",
        icon="play",
        tone="ok",
    )
)
RETURNED = declare(
    NoticeKind(
        "handoff.returned",
        "A session came back to you",
        "A senior returned it with advice, or answered your question.",
        icon="corner-up-left",
        tone="warn",
        email=True,
    )
)
FINISHED = declare(
    NoticeKind(
        "handoff.finished",
        "What you handed over is finished",
        "How it ended, and what fixed it.",
        icon="circle-check",
        tone="ok",
    )
)
ASSIGNED = declare(
    NoticeKind(
        "handoff.assigned",
        "A session is assigned",
        "A lead or dispatcher gave you a session, or one of yours to somebody else.",
        icon="users",
        tone="warn",
        email=True,
    )
)
CALLS = (YOURS, OPEN, OVERDUE)
