from datetime import UTC, datetime

import pytest
from django.contrib.messages import get_messages
from django.contrib.messages.storage.fallback import FallbackStorage
from django.test import Client, RequestFactory

from apps.core.permissions import Role
from apps.escalations.forms import HolidayForm
from apps.escalations.models import EscalationSettings, Intent, OnCallShift, SessionHandoff
from apps.escalations.selectors import on_call, settings_of
from apps.escalations.views import rules
from apps.sessions.models import Status
from apps.teams.models import Holiday, Team, User
from apps.teams.selectors import week_of
from tests.escalations.seen import text
from tests.factories.escalations import handed_over
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory

RULES = {
    "opens": "07:30",
    "closes": "19:00",
    "weekdays": ["0", "5"],
    "critical_minutes": "10",
    "high_minutes": "20",
    "normal_minutes": "40",
    "low_minutes": "80",
    "on_call_phone": "555 010 0170",
}


@pytest.fixture
def as_lead(client: Client, lead: User) -> Client:
    client.force_login(lead)
    return client


def test_rules_are_saved_once_a_team(as_lead: Client, team: Team) -> None:
    for _ in range(2):
        assert as_lead.post("/escalations/rules/", RULES).status_code == 302
    saved = EscalationSettings.objects.get(team=team)
    assert (saved.minutes("low"), saved.on_call_phone) == (80, "555 010 0170")
    assert (week_of(team).pk is not None, week_of(team).weekdays) == (True, [0, 5])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"closes": "07:00"}, "The day must close after it opens."),
        ({"weekdays": []}, "This field is required."),
        ({"weekdays": ["9"]}, "Select a valid choice."),
        ({"high_minutes": "0"}, "At least one minute."),
        ({"opens": "soon"}, "Enter a valid time."),
    ],
)
def test_wrong_rules_are_told_beside_the_field_and_change_nothing(
    as_lead: Client, team: Team, wrong: dict[str, str], sentence: str
) -> None:
    response = as_lead.post("/escalations/rules/", {**RULES, **wrong})
    assert response.status_code == 422
    assert sentence in text(response)
    assert "555 010 0170" in response.content.decode()
    assert (settings_of(team).pk, week_of(team).pk) == (None, None)


def test_holiday_is_added_once_and_removed(as_lead: Client, team: Team) -> None:
    day = {"day": "2099-12-25", "name": "Christmas"}
    assert as_lead.post("/escalations/rules/holidays/", day).status_code == 302
    again = as_lead.post("/escalations/rules/holidays/", day)
    assert (again.status_code, "in the list already" in text(again)) == (422, True)
    holiday = Holiday.objects.get(team=team)
    as_lead.post(f"/escalations/rules/holidays/{holiday.pk}/remove/")
    assert not Holiday.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_same_holiday_saved_in_the_same_moment_is_told_and_stands_once(lead: User) -> None:
    day = {"day": "2099-12-25", "name": "Christmas"}
    request = RequestFactory().post("/escalations/rules/holidays/")
    request.user, request.session = lead, {}
    request._messages = FallbackStorage(request)
    first, second = (HolidayForm(day, instance=Holiday(team=lead.team)) for _ in range(2))
    assert first.is_valid()
    assert second.is_valid()
    answers = [rules.save(request, form) for form in (first, second)]
    assert [answer.status_code for answer in answers] == [302, 302]
    assert Holiday.objects.count() == 1
    assert [message.level_tag for message in get_messages(request)] == ["success", "error"]


def test_shift_puts_a_person_on_call(as_lead: Client, team: Team, engineer: User) -> None:
    data = {"person": engineer.pk, "weekday": "1", "begins": "18:00", "ends": "08:00"}
    assert as_lead.post("/escalations/rules/on-call/", data).status_code == 302
    assert "Tuesday, 18:00 to 08:00 of the next day" in text(as_lead.get("/escalations/rules/"))
    at = datetime(2026, 11, 25, 7, tzinfo=UTC)
    assert on_call(team, at) == [engineer]
    User.objects.filter(pk=engineer.pk).update(role=Role.VIEWER)
    assert on_call(team, at) == []


def test_shift_of_another_teams_person_is_refused(as_lead: Client, outsider: User) -> None:
    data = {"person": outsider.pk, "weekday": "1", "begins": "18:00", "ends": "08:00"}
    assert as_lead.post("/escalations/rules/on-call/", data).status_code == 422
    assert not OnCallShift.objects.exists()


def test_rules_of_another_team_cannot_be_removed(as_lead: Client, outsider: User) -> None:
    holiday = Holiday.objects.create(team=outsider.team, day="2099-12-25", name="Theirs")
    assert as_lead.post(f"/escalations/rules/holidays/{holiday.pk}/remove/").status_code == 404
    assert Holiday.objects.filter(pk=holiday.pk).exists()


def test_open_work_is_parked_each_with_its_next_step(as_engineer: Client, engineer: User) -> None:
    vpn, mail = started_session(engineer, title="VPN"), started_session(engineer, title="Mail")
    data = {f"take-{vpn.pk}": "on", f"next-{vpn.pk}": "Call back at nine", f"next-{mail.pk}": "Not chosen"}
    as_engineer.post("/escalations/shift-end/", data)
    handoff = SessionHandoff.objects.get()
    assert (handoff.flow_session, handoff.intent, handoff.notes) == (vpn, Intent.PARK, "Call back at nine")
    assert "VPN" not in text(as_engineer.get("/escalations/shift-end/"))


def test_open_work_is_reassigned_to_a_person(as_engineer: Client, engineer: User) -> None:
    colleague, vpn = UserFactory(team=engineer.team), started_session(engineer)
    as_engineer.post("/escalations/shift-end/", {"target": colleague.pk, f"take-{vpn.pk}": "on"})
    vpn.refresh_from_db()
    assert (vpn.status, vpn.handoffs.get().target) == (Status.ESCALATED, colleague)


def test_open_work_of_nothing_chosen_says_so_and_keeps_the_words(as_engineer: Client, engineer: User) -> None:
    vpn = started_session(engineer)
    response = as_engineer.post("/escalations/shift-end/", {f"next-{vpn.pk}": "Precious words"})
    assert response.status_code == 422
    assert "Choose at least one session." in text(response)
    assert "Precious words" in response.content.decode()


def test_open_work_that_went_elsewhere_keeps_what_was_typed_and_says_why_at_its_field(
    as_engineer: Client, engineer: User
) -> None:
    vpn, mail, disk = (started_session(engineer, title=title) for title in ("VPN", "Mail", "Disk"))
    handed_over(mail)
    data = {f"next-{pk}": f"Words for {pk}" for pk in (vpn.pk, mail.pk, disk.pk)}
    taken = {f"take-{vpn.pk}": "on", f"take-{mail.pk}": "on"}
    response = as_engineer.post("/escalations/shift-end/", {**data, **taken})
    page, form = text(response), response.context["form"]
    assert (response.status_code, vpn.handoffs.count()) == (422, 1)
    assert "1 session handed over." in page
    assert list(form.errors) == [f"next-{mail.pk}"]
    assert "This session is escalated now." in page
    assert [word in page for word in (f"Words for {pk}" for pk in (vpn.pk, mail.pk, disk.pk))] == [False, True, True]
    assert f'aria-describedby="id_next-{mail.pk}_error"' in response.content.decode()


@pytest.mark.parametrize("target", [False, True])
def test_second_click_on_handing_over_open_work_counts_once(
    as_engineer: Client, engineer: User, lead: User, target: bool
) -> None:
    vpn = started_session(engineer)
    data = {f"take-{vpn.pk}": "on", f"next-{vpn.pk}": "Call back", "target": lead.pk if target else ""}
    assert [as_engineer.post("/escalations/shift-end/", data).status_code for _ in range(2)] == [302, 302]
    assert (vpn.handoffs.count(), vpn.records.count()) == (1, 1)


def test_open_work_of_somebody_else_is_refused_at_its_field(as_engineer: Client, engineer: User) -> None:
    theirs = started_session(UserFactory(team=engineer.team, name="Tom Other"))
    data = {f"take-{theirs.pk}": "on", f"next-{theirs.pk}": "Mine now"}
    response = as_engineer.post("/escalations/shift-end/", data)
    assert (response.status_code, "Tom Other works on this session." in text(response)) == (422, True)
    assert not SessionHandoff.objects.exists()


def test_open_work_of_another_team_is_not_on_the_page(as_engineer: Client, outsider: User) -> None:
    theirs = started_session(outsider, title="Secret of theirs")
    data = {f"take-{theirs.pk}": "on", f"next-{theirs.pk}": "Mine now"}
    response = as_engineer.post("/escalations/shift-end/", data)
    assert (response.status_code, "Secret of theirs" in text(response)) == (422, False)
    assert not SessionHandoff.objects.exists()


def test_person_who_is_away_says_until_when_in_the_profile(as_engineer: Client, engineer: User) -> None:
    data = {"name": engineer.name, "time_zone": "Europe/Berlin", "density": "compact", "back_at": "2099-01-05T08:00"}
    as_engineer.post("/profile/", data)
    engineer.refresh_from_db()
    assert engineer.is_away
