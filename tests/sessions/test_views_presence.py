import re

from django.urls import reverse

from apps.core.live.presence import arrive
from apps.core.models import LiveEvent, Presence
from apps.sessions.models import FlowSession, Status
from apps.sessions.services import lifecycle, steps
from apps.sessions.services.steps import Typed
from tests.factories.sessions import started_session
from tests.factories.teams import UserFactory

HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def told() -> list[tuple[str, dict[str, object]]]:
    return list(LiveEvent.objects.order_by("pk").values_list("name", "data"))


def test_here_shows_who_else_is_there(as_engineer, engineer, viewer):
    begun = started_session(engineer)
    arrive(begun.subject, by=viewer)
    answer = as_engineer.post(reverse("sessions:session-here", args=[begun.pk])).content.decode()
    assert f"{viewer.name} is here" in answer
    assert f"{engineer.name} is here" not in answer
    assert f"{viewer.name} is here" in as_engineer.get("/").content.decode()
    assert f"{viewer.name} is here" in as_engineer.get("/sessions/").content.decode()


def test_here_at_another_teams_session_is_unknown(as_engineer, outsider):
    begun = started_session(outsider)
    assert as_engineer.post(reverse("sessions:session-here", args=[begun.pk])).status_code == 404
    assert not Presence.objects.exists()


def test_gone_takes_the_person_away(as_engineer, engineer):
    begun = started_session(engineer)
    arrive(begun.subject, by=engineer)
    assert as_engineer.post(reverse("sessions:session-gone", args=[begun.pk])).status_code == 204
    assert not Presence.objects.exists()


def test_what_one_sees_of_a_session_is_told_and_nothing_else(engineer):
    begun = started_session(engineer)
    begun = steps.answer_step(begun.pk, by=engineer, revision=0, choice=0, typed=Typed())
    lifecycle.settle_away(begun.pk, by=engineer, minutes=0)
    steps.add_note(begun.pk, by=engineer, text="seen")
    lifecycle.pause_session(begun.pk, by=engineer, reason="client", wake_at=None)
    shown = [f"session:{begun.pk}@{version}" for version in ("0.0", "1.1", "1.2", "2.2")]
    names = ["session-listed", "session-moved", "session-moved", "session-listed"]
    assert told() == [(name, {"id": begun.pk, "shows": shows}) for name, shows in zip(names, shown, strict=True)]


def test_open_page_gets_the_new_owner_and_the_fields(as_engineer, engineer):
    begun = started_session(engineer)
    seen = begun.shows
    mate = UserFactory(team=engineer.team, name="Priya Shah")
    FlowSession.objects.filter(pk=begun.pk).update(owner=mate, revision=begun.revision + 1)
    part = as_engineer.get(begun.get_absolute_url(), {"shows": seen}, headers=HTMX).content.decode()
    assert re.search(r'id="facts" hx-swap-oob="true">.*<dd>Priya Shah</dd>', part)
    assert re.search(r'id="values" hx-swap-oob="true"', part)


def test_what_is_added_to_the_closing_note_is_told(engineer):
    begun = started_session(engineer)
    lifecycle.resolve_session(begun.pk, by=engineer, revision=0, outcome="resolved", closing_note="Done.")
    for text in ("From the other window.", "Done."):
        lifecycle.add_to_closing_note(begun.pk, by=engineer, text=text)
    assert [name for name, _ in told()] == ["session-listed", "session-listed", "session-moved"]


def test_the_step_stays_on_the_path_of_a_session_that_waits(as_engineer, engineer):
    begun = started_session(engineer)
    for status, word in ((Status.ACTIVE, "Now"), (Status.PAUSED, "Paused"), (Status.ESCALATED, "Escalated")):
        if status == Status.PAUSED:
            lifecycle.pause_session(begun.pk, by=engineer, reason="client", wake_at=None)
        FlowSession.objects.filter(pk=begun.pk).update(status=status)
        page = as_engineer.get(begun.get_absolute_url()).content.decode()
        assert re.search(rf'<li class="now"[^>]*>.*?<small>{word}</small>', page)


def test_open_page_that_shows_it_all_gets_nothing(as_engineer, engineer):
    begun = started_session(engineer)
    assert as_engineer.get(begun.get_absolute_url(), {"shows": begun.shows}, headers=HTMX).status_code == 204


def test_open_page_gets_a_note_beside_the_step_and_a_step_as_a_whole(as_engineer, engineer):
    begun = started_session(engineer)
    seen = begun.shows
    steps.add_note(begun.pk, by=engineer, text="seen")
    beside = as_engineer.get(begun.get_absolute_url(), {"shows": seen}, headers=HTMX).content.decode()
    assert 'id="sent"' in beside
    assert 'id="stage"' not in beside
    steps.answer_step(begun.pk, by=engineer, revision=0, choice=0, typed=Typed())
    assert 'id="stage"' in as_engineer.get(begun.get_absolute_url(), {"shows": seen}, headers=HTMX).content.decode()


def test_open_page_of_an_ended_session_is_told_and_left_as_it_is(as_engineer, engineer):
    begun = started_session(engineer)
    lifecycle.resolve_session(begun.pk, by=engineer, revision=0, outcome="resolved")
    answer = as_engineer.get(begun.get_absolute_url(), {"shows": begun.shows}, headers=HTMX).content.decode()
    assert "This session has ended: resolved." in answer
    assert "work is still going on" not in answer
    assert 'id="sent"' in answer
    for kept in ('id="stage"', 'id="path"', 'id="who-works"'):
        assert kept not in answer


def test_who_reads_along_is_told_who_ended_the_session(client, engineer):
    begun = started_session(engineer)
    client.force_login(UserFactory(team=engineer.team))
    seen = begun.shows
    lifecycle.resolve_session(begun.pk, by=engineer, revision=0, outcome="resolved")
    answer = client.get(begun.get_absolute_url(), {"shows": seen}, headers=HTMX).content.decode()
    assert f"{engineer.name} has finished this session." in answer
    assert 'aria-current="step"' not in answer
    assert 'id="stage"' not in answer
    again = re.search(r'data-shows="([^"]*)"', answer)
    assert again
    assert client.get(begun.get_absolute_url(), {"shows": again[1]}, headers=HTMX).status_code == 204
