"""What people hear of notifications themselves."""

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
