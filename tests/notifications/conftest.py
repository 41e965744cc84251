import pytest

from apps.notifications.kinds import KINDS
from tests.factories.notifications import BELL_ONLY, BY_MAIL, ON_CALL


@pytest.fixture
def kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kinds of the tests, and no others."""
    for key in list(KINDS):
        monkeypatch.delitem(KINDS, key)
    for kind in (BY_MAIL, BELL_ONLY, ON_CALL):
        monkeypatch.setitem(KINDS, kind.key, kind)
