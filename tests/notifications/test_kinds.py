from pathlib import Path

import pytest

from apps.notifications import kinds
from apps.notifications.kinds import NoticeKind, declare


def test_declare_makes_the_kind_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "KINDS", {})
    kind = declare(NoticeKind("session.woke", "Woke up", "A paused session comes back."))
    assert list(kinds.KINDS.values()) == [kind]
    assert kinds.KINDS["session.woke"] is kind


@pytest.mark.parametrize("kind", kinds.KINDS.values(), ids=lambda kind: kind.key)
def test_declared_kind_has_an_icon_and_says_what_it_is(kind: NoticeKind) -> None:
    icons = Path(__file__).parents[2] / "static/vendor/lucide/icons.svg"
    assert f'id="{kind.icon}"' in icons.read_text()
    assert kind.tone in ("", "ok", "warn", "bad", "ai")
    assert kind.label
    assert kind.description.endswith(".")
