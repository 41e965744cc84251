import pytest

from apps.documentation.models import RestoredHit
from apps.documentation.selectors import safe_note_of
from apps.documentation.services import NotInNote, mask_again, restore_hit
from apps.sessions.models import FlowSession
from apps.teams.models import User
from tests.documentation.conftest import SECRET
from tests.factories.sessions import FlowSessionFactory, StepRecordFactory


@pytest.fixture
def fingerprint(flow_session: FlowSession) -> str:
    return safe_note_of(flow_session).removed[0].fingerprint


def test_restore_hit_value_is_in_the_note_again(flow_session: FlowSession, engineer: User, fingerprint: str) -> None:
    hit = restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint)
    assert (hit.kind, hit.restored_by, hit.team) == ("PASSWORD", engineer, flow_session.team)
    assert SECRET in safe_note_of(flow_session).document.plain


def test_restore_hit_keeps_no_value(flow_session: FlowSession, engineer: User, fingerprint: str) -> None:
    restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint)
    assert SECRET not in str(RestoredHit.objects.values().get())


def test_restore_hit_twice_is_once(flow_session: FlowSession, engineer: User, fingerprint: str) -> None:
    first = restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint)
    assert restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint) == first
    assert RestoredHit.objects.count() == 1


def test_restore_hit_holds_for_its_session_only(flow_session: FlowSession, engineer: User, fingerprint: str) -> None:
    restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint)
    other = FlowSessionFactory(team=engineer.team, owner=engineer)
    StepRecordFactory(flow_session=other, note=f"Laptop password is {SECRET}")
    assert SECRET not in safe_note_of(other).document.plain


def test_restore_hit_that_is_not_in_the_note_is_refused(flow_session: FlowSession, engineer: User) -> None:
    with pytest.raises(NotInNote):
        restore_hit(flow_session.pk, by=engineer, fingerprint="0" * 64)
    assert not RestoredHit.objects.exists()


def test_restore_hit_by_another_team_finds_nothing(flow_session: FlowSession, outsider: User, fingerprint: str) -> None:
    with pytest.raises(FlowSession.DoesNotExist):
        restore_hit(flow_session.pk, by=outsider, fingerprint=fingerprint)


def test_mask_again_takes_the_value_out(flow_session: FlowSession, engineer: User, fingerprint: str) -> None:
    restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint)
    mask_again(flow_session.pk, by=engineer, fingerprint=fingerprint)
    assert SECRET not in safe_note_of(flow_session).document.plain


def test_mask_again_by_another_team_changes_nothing(flow_session, engineer: User, outsider: User, fingerprint) -> None:
    restore_hit(flow_session.pk, by=engineer, fingerprint=fingerprint)
    with pytest.raises(FlowSession.DoesNotExist):
        mask_again(flow_session.pk, by=outsider, fingerprint=fingerprint)
    assert RestoredHit.objects.exists()
