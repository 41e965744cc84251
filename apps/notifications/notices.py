"""What people hear of notifications themselves, and of the outbox behind them."""

from apps.notifications.kinds import NoticeKind, declare

CHANNEL_OFF = declare(
    NoticeKind(
        "channel.switched_off",
        "A chat channel was switched off",
        "Several posts in a row did not arrive in a channel that you set up.",
        icon="circle-alert",
        tone="bad",
        email=True,
    )
)
NEEDS_HAND = declare(
    NoticeKind(
        "outbox.needs_hand",
        "Something could not be sent",
        "For leads: a message of your team did not arrive, or nobody knows whether it did.",
        icon="triangle-alert",
        tone="bad",
    )
)
