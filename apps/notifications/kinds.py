"""The kinds of notice that there are. Each app declares its own in its notices.py, found when the program starts."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class NoticeKind:
    """What people may be told of. `key` ("session.woke") is stored; label and description stand in the preferences."""

    key: str
    label: str
    description: str
    icon: str = "bell"
    tone: str = ""  # ok, warn, bad or ai
    urgent: bool = False  # for people on call: quiet hours do not hold it back
    email: bool = False  # sent by e-mail too, until the person decides otherwise
    channels: bool = False  # posted to the team's channels


@dataclass(frozen=True)
class Action:
    """A button inside a notification: it posts `fields` to `url`, or leads there when it is a link."""

    label: str
    url: str
    primary: bool = False
    is_link: bool = False
    fields: Mapping[str, str] = field(default_factory=dict)


KINDS: dict[str, NoticeKind] = {}


def declare(kind: NoticeKind) -> NoticeKind:
    """Make the kind known, so that it has a name on pages and a line in the preferences."""
    KINDS[kind.key] = kind
    return kind
