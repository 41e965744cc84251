from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.core.crypto import encrypt
from apps.core.permissions import Role
from apps.escalations.calls import tell_overdue
from apps.escalations.models import Intent, OnCallShift, SessionHandoff, Way
from apps.escalations.selectors import audience, due_time, reach_of, work_to_hand_over
from apps.escalations.services import Call, HandoffManager
from apps.notifications.kinds import KINDS, NoticeKind
from apps.notifications.models import Notification
from apps.teams.models import Holiday, Team, User, WorkingWeek
from tests.escalations.seen import text, told
from tests.factories.escalations import handed_over
from tests.factories.sessions import started_session
from tests.factories.teams import TeamFactory, UserFactory


def people(engineer: User) -> tuple[User, User, User]:
    senior = UserFactory(team=engineer.team, is_senior=True)
    lead = UserFactory(team=engineer.team, role=Role.TEAM_ADMIN)
    return senior, lead, UserFactory(team=engineer.team)


def told_in(engineer: User, round_: int, target: User | None = None) -> set[User]:
    told = audience(engineer.team, engineer, target, round_, timezone.now())
    return {*told.called, *told.others}


def kinds_told(person: User) -> list[NoticeKind]:
    return [KINDS[key] for key in told(person)]


def test_audience_widens_from_seniors_to_leads_to_everybody(engineer: User) -> None:
    senior, lead, colleague = people(engineer)
    assert [told_in(engineer, round_) for round_ in range(3)] == [
        {senior},
        {senior, lead},
        {senior, lead, colleague},
    ]


def test_audience_of_a_target_is_the_target_and_who_is_on_call(engineer: User) -> None:
    senior, lead, colleague = people(engineer)
    for weekday in range(7):
        OnCallShift.objects.create(team=engineer.team, person=lead, weekday=weekday, begins="00:00", ends="00:00")
    assert told_in(engineer, 0, target=colleague) == {colleague, lead}
    assert senior not in told_in(engineer, 0, target=colleague)


def test_audience_is_never_of_another_team(engineer: User) -> None:
    people(engineer)
    stranger = UserFactory(is_senior=True)
    moved = UserFactory(team=stranger.team)
    for round_ in range(3):
        assert {person.team_id for person in told_in(engineer, round_, target=moved)} == {engineer.team_id}


def test_overdue_handoff_of_an_author_who_moved_is_called_for_in_its_own_team(engineer: User) -> None:
    senior, *_ = people(engineer)
    handoff = handed_over(started_session(engineer))
    User.objects.filter(pk=engineer.pk).update(team=TeamFactory())
    SessionHandoff.objects.filter(pk=handoff.pk).update(due_at=timezone.now())
    assert tell_overdue() == 1
    assert Notification.objects.of(senior).filter(notice="handoff.overdue").count() == 1


def test_overdue_handoff_that_cannot_be_called_for_keeps_no_other_waiting(engineer: User, outsider: User) -> None:
    people(engineer)
    sound, broken = handed_over(started_session(engineer)), handed_over(started_session(outsider))
    WorkingWeek.objects.create(team=outsider.team, weekdays=7)  # as no form writes them
    now = timezone.now()
    SessionHandoff.objects.filter(pk=broken.pk).update(due_at=now - timedelta(hours=2))
    SessionHandoff.objects.filter(pk=sound.pk).update(due_at=now - timedelta(hours=1))
    assert tell_overdue() == 1
    sound.refresh_from_db()
    assert sound.round == 1
    assert connection.is_usable()


def test_overdue_handoff_calls_nobody_again_once_everybody_was_called(engineer: User, client: Client) -> None:
    _, lead, colleague = people(engineer)
    handoff = handed_over(started_session(engineer))
    called = []
    for _ in range(4):
        SessionHandoff.objects.filter(pk=handoff.pk).update(due_at=timezone.now())
        called.append(tell_overdue())
    assert (called, told(colleague)) == ([1, 1, 0, 0], ["handoff.overdue"])
    client.force_login(lead)
    assert "(escalated, everybody was called)" in text(client.get("/"))
    assert "Everybody was called" in text(client.get("/escalations/"))
    client.force_login(engineer)
    assert "Everybody was called and nobody has picked it up." in text(client.get(f"/pilot/{handoff.flow_session_id}/"))


def test_overdue_handoff_is_urgent_for_who_is_on_call_and_for_nobody_else(engineer: User) -> None:
    senior, lead, _ = people(engineer)
    for weekday in range(7):
        OnCallShift.objects.create(team=engineer.team, person=lead, weekday=weekday, begins="00:00", ends="00:00")
    handed_over(started_session(engineer))
    SessionHandoff.objects.update(due_at=timezone.now())
    tell_overdue()
    urgent = [[kind.urgent for kind in kinds_told(person)] for person in (lead, senior)]
    assert urgent == [[True, True], [False, False]]


def test_due_time_skips_a_holiday_west_of_greenwich_in_its_local_evening(engineer: User) -> None:
    Team.objects.filter(pk=engineer.team_id).update(time_zone="America/Los_Angeles")
    team, zone = Team.objects.get(pk=engineer.team_id), ZoneInfo("America/Los_Angeles")
    Holiday.objects.create(team=team, day=date(2026, 11, 26), name="Thanksgiving")
    start = datetime(2026, 11, 26, 17, 30, tzinfo=zone)  # already the 27th in UTC
    assert due_time(team, "normal", start) == datetime(2026, 11, 27, 9, tzinfo=zone)


def test_parked_session_that_went_on_is_offered_for_hand_over_again(engineer: User) -> None:
    flow_session = started_session(engineer)
    HandoffManager(engineer).take_back(handed_over(flow_session, intent=Intent.PARK).pk)
    HandoffManager(engineer).ask(flow_session.pk, call=Call(notes="Which port?"))
    assert work_to_hand_over(engineer) == [flow_session]


def test_reach_tells_who_is_here_and_who_is_away(engineer: User) -> None:
    senior, *_ = people(engineer)
    assert (reach_of(engineer, timezone.now()).here, reach_of(engineer, timezone.now()).away) == ([senior], [])
    User.objects.filter(pk=senior.pk).update(back_at=timezone.now() + timedelta(hours=1))
    assert (reach_of(engineer, timezone.now()).here, reach_of(engineer, timezone.now()).away) == ([], [senior])


def test_overdue_parked_session_calls_its_target_alone(engineer: User) -> None:
    *_, colleague = people(engineer)
    handoffs = [
        handed_over(started_session(engineer), intent=Intent.PARK, target=target) for target in (None, colleague)
    ]
    SessionHandoff.objects.update(due_at=timezone.now())
    assert tell_overdue() == len(handoffs)
    told = Notification.objects.filter(notice="handoff.overdue").values_list("recipient", flat=True)
    assert list(told) == [colleague.pk]


def test_secret_in_a_title_is_told_to_nobody(engineer: User) -> None:
    _, lead, colleague = people(engineer)
    flow_session = started_session(engineer)
    flow_session.title, flow_session.secrets = "Login Maple-77 fails", {"login": encrypt("Maple-77")}
    flow_session.save()
    handoff = HandoffManager(engineer).create_handoff(flow_session.pk, intent=Intent.ESCALATE, call=Call())
    HandoffManager(lead).claim_handoff(handoff.pk, way=Way.CONTINUE)
    HandoffManager(lead).reassign(flow_session.pk, target=colleague)
    texts = [f"{row.title} {row.body}" for row in Notification.objects.all()]
    assert len(texts) > 3
    assert all("Login {{login}} fails" in text and "Maple-77" not in text for text in texts)
