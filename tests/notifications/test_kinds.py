import pytest

from apps.notifications import kinds
from apps.notifications.kinds import NoticeKind, declare


def test_declare_makes_the_kind_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "KINDS", {})
    kind = declare(NoticeKind("session.woke", "Woke up", "A paused session comes back."))
    assert list(kinds.KINDS.values()) == [kind]
    assert kinds.KINDS["session.woke"] is kind
