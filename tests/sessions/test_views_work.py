from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.core.crypto import encrypt
from apps.flows.search.index import index_flow
from apps.sessions.models import FlowSession
from apps.sessions.services import lifecycle
from apps.sessions.services.start import Intake, start_session
from tests.factories.flows import GRAPH, published_flow
from tests.factories.teams import super_admin


def test_home_shows_work_by_its_state_with_what_woke_up_first(as_engineer, engineer, flow):
    titles = {"later": timedelta(hours=2), "woken": timedelta(minutes=1)}
    for title, wait in titles.items():
        row = start_session(by=engineer, flow=flow, intake=Intake(title=title))
        lifecycle.pause_session(row.pk, by=engineer, reason="client", wake_at=timezone.now() + wait)
    FlowSession.objects.filter(title="woken").update(wake_at=timezone.now() - timedelta(minutes=1))
    start_session(by=engineer, flow=flow, intake=Intake(title="ready"), prepared=True)
    start_session(by=engineer, flow=flow, intake=Intake(title="running"))
    page = as_engineer.get("/").content.decode()
    assert "1 active, 2 paused, 1 prepared" in page
    assert page.index("running") < page.index(">woken") < page.index(">later") < page.index("ready")
    assert "Woke up" in page


def test_home_without_work_says_what_to_do_next(as_engineer):
    assert "Open the library" in as_engineer.get("/").content.decode()


def test_home_of_a_viewer_offers_nothing_to_start(client, viewer):
    client.force_login(viewer)
    assert "New work" not in client.get("/").content.decode()


def test_home_of_the_platform_is_the_library(client, db):
    client.force_login(super_admin())
    assert client.get("/")["Location"] == reverse("flows:library")


def test_call_begins_work_without_a_flow(as_engineer):
    response = as_engineer.post(reverse("sessions:session-call"), {"client": "Kite", "title": "No mail"})
    flow_session = FlowSession.objects.get()
    assert response["Location"] == flow_session.get_absolute_url()
    assert (flow_session.flow, flow_session.title, flow_session.client.name) == (None, "No mail", "Kite")


def test_call_about_nothing_gets_422_and_keeps_what_was_typed(as_engineer):
    response = as_engineer.post(reverse("sessions:session-call"), {"client": "Kite & Sons"})
    text = response.content.decode()
    assert response.status_code == 422
    assert "Say in a line" in text
    assert "Kite &amp; Sons" in text
    assert not FlowSession.objects.exists()


def test_start_begins_the_flow_with_its_fields(as_engineer, calling):
    fields = {"flow": calling.flow_id, "ticket": "9", "var-host": "srv-09", "action": "start"}
    response = as_engineer.post(reverse("sessions:session-start"), fields)
    row = FlowSession.objects.get(ticket__number="9")
    assert (response["Location"], row.variables["host"]) == (row.get_absolute_url(), "srv-09")


def test_start_prepared_leads_to_my_work(as_engineer, flow):
    fields = {"flow": flow.pk, "action": "prepare"}
    assert as_engineer.post(reverse("sessions:session-start"), fields)["Location"] == "/"
    assert FlowSession.objects.get().status == "prepared"


def test_start_with_a_wrong_field_gets_422_with_a_sentence(as_engineer, calling):
    fields = {"flow": calling.flow_id, "var-host": "two words", "contact": "Maria"}
    response = as_engineer.post(reverse("sessions:session-start"), fields)
    assert response.status_code == 422
    for piece in ("Write a host name", "two words", "Maria"):
        assert piece in response.content.decode()


@pytest.mark.parametrize("flow", ["", "x", "0", "9" * 40])
def test_start_of_no_flow_is_404(as_engineer, flow):
    assert as_engineer.post(reverse("sessions:session-start"), {"flow": flow}).status_code == 404


def test_start_of_another_teams_flow_is_404(as_engineer, outsider):
    foreign = published_flow(team=outsider.team)
    assert as_engineer.post(reverse("sessions:session-start"), {"flow": foreign.pk}).status_code == 404


def test_passage_is_neither_suggested_nor_started(as_engineer, engineer):
    passage = published_flow(GRAPH | {"kind": "passage"}, team=engineer.team, title="VPN", kind="passage")
    index_flow(passage)
    assert 'name="flow"' not in as_engineer.post(reverse("sessions:session-suggest"), VPN).content.decode()
    assert as_engineer.post(reverse("sessions:session-start"), {"flow": passage.pk}).status_code == 404


def test_session_list_pages_by_key_and_stays_in_the_team(as_engineer, engineer, flow, outsider):
    for number in range(27):
        start_session(by=engineer, flow=flow, intake=Intake(title=f"Work {number:02}"), prepared=True)
    start_session(by=outsider, flow=published_flow(team=outsider.team), intake=Intake(title="Foreign"))
    first = as_engineer.get(reverse("sessions:session-list"))
    page = first.content.decode()
    assert "Work 26" in page
    assert "Work 01" not in page
    assert "Foreign" not in page
    second = as_engineer.get(reverse("sessions:session-list") + first.context["older"]).content.decode()
    assert "Work 01" in second
    assert "Work 02" not in second


@pytest.mark.parametrize(
    "before",
    [
        "x", "2026-01-01~x", "~", "2026-13-01T00:00:00Z~1", "2026-01-01T00:00~1", "\x00~1",
        "0001-01-01T00:00:00+14:00~1", "9999-12-31T23:59:59-12:00~1", f"2026-01-01T00:00:00Z~{'9' * 30}",
    ],
)  # fmt: skip
def test_session_list_with_a_broken_key_shows_the_first_page(as_engineer, before):
    assert as_engineer.get(reverse("sessions:session-list"), {"before": before}).status_code == 200


def test_start_with_too_long_a_field_keeps_it_on_the_page_and_begins_nothing(as_engineer, flow):
    response = as_engineer.post(reverse("sessions:session-start"), {"flow": flow.pk, "contact": "x" * 201})
    assert (response.status_code, "x" * 201 in response.content.decode()) == (422, True)
    assert not FlowSession.objects.exists()


def test_home_is_never_shown_from_a_store_since_work_moves_on(as_engineer):
    assert as_engineer.get("/")["Cache-Control"] == "no-store"


def test_home_of_a_viewer_does_not_ask_to_begin(client, viewer):
    client.force_login(viewer)
    assert b"Begin with a call" not in client.get("/").content


def test_form_sent_twice_starts_one_session(as_engineer, flow):
    key = "7b0e8f0e-4a44-4c0a-9d55-6a1e3a2b1c00"
    for fields in ({"flow": flow.pk, "title": "VPN", "start_key": key},) * 2:
        response = as_engineer.post(reverse("sessions:session-start"), fields)
    assert response["Location"] == FlowSession.objects.get().get_absolute_url()
    for _ in range(2):
        as_engineer.post(reverse("sessions:session-call"), {"title": "No mail", "start_key": key.replace("7b", "8b")})
    assert FlowSession.objects.count() == 2
    assert 'name="start_key"' in as_engineer.get("/").content.decode()
    page = as_engineer.get(reverse("flows:flow-page", args=[flow.pk])).content.decode()
    assert 'name="start_key"' in page


VPN = {"title": "Help", "problem": "VPN does not connect\n\nKind regards\nOutlook Password Ltd"}


def test_suggest_finds_the_flows_that_fit_what_was_pasted(as_engineer, flow, outsider):
    foreign = published_flow(team=outsider.team, title="VPN of another team")
    for one in (flow, foreign):
        index_flow(one)
    text = as_engineer.post(reverse("sessions:session-suggest"), VPN).content.decode()
    assert f'name="flow" value="{flow.pk}"' in text
    assert "another team" not in text


def test_suggest_says_that_no_flow_has_these_words(as_engineer, flow):
    index_flow(flow)
    text = as_engineer.post(reverse("sessions:session-suggest"), {"problem": "zzzzqqqq"}).content.decode()
    assert "No flow has these words." in text
    assert 'name="flow"' not in text


@pytest.mark.parametrize("fields", [{}, {"title": " "}, {"title": "VPN" * 100}])
def test_suggest_without_words_is_empty(as_engineer, flow, fields):
    index_flow(flow)
    response = as_engineer.post(reverse("sessions:session-suggest"), fields)
    assert (response.status_code, response.content.decode().strip()) == (200, "")


def test_call_with_a_suggested_flow_begins_it_with_all_that_was_typed(as_engineer, flow):
    response = as_engineer.post(reverse("sessions:session-call"), VPN | {"flow": flow.pk, "client": "Kite"})
    flow_session = FlowSession.objects.get()
    assert response["Location"] == flow_session.get_absolute_url()
    assert (flow_session.flow, flow_session.client.name) == (flow, "Kite")
    assert flow_session.problem.startswith("VPN does not connect")


def test_call_that_is_refused_says_why_and_keeps_what_was_typed(as_engineer, calling):
    form = VPN | {"flow": calling.flow_id, "var-host": "two words"}
    response = as_engineer.post(reverse("sessions:session-call"), form)
    assert response.status_code == 422
    assert "Write a host name" in response.content.decode()
    assert "VPN does not connect" in response.content.decode()


def test_second_session_on_a_ticket_does_not_tell_a_secret_of_the_first(as_engineer, flow_session, lead):
    FlowSession.objects.filter(pk=flow_session.pk).update(
        owner=lead, title="Key blue-otter fails", secrets={"vpn_key": encrypt("blue-otter")}
    )
    page = as_engineer.post(reverse("sessions:session-call"), {"ticket": "48213"}, follow=True).content.decode()
    assert "“Key {{vpn_key}} fails”" in page
    assert "blue-otter" not in page


def test_second_session_on_a_ticket_is_told_of_the_first(as_engineer, engineer, flow_session, lead, outsider):
    other = start_session(by=outsider, flow=published_flow(team=outsider.team), intake=Intake(ticket="48213"))
    for whose in ("You have", f"{lead.name} has"):
        page = as_engineer.post(reverse("sessions:session-call"), {"ticket": "48213"}, follow=True).content.decode()
        assert f"{whose} another session open on #48213: “{flow_session.title}”." in page
        assert outsider.name not in page
        FlowSession.objects.exclude(pk__in=[flow_session.pk, other.pk]).delete()
        FlowSession.objects.filter(pk=flow_session.pk).update(owner=lead)
    FlowSession.objects.filter(pk=flow_session.pk).update(status="abandoned", ended_at=flow_session.started_at)
    page = as_engineer.post(reverse("sessions:session-call"), {"ticket": "48213"}, follow=True).content.decode()
    assert "another session" not in page


def test_call_with_a_flow_of_another_team_is_404(as_engineer, outsider):
    foreign = published_flow(team=outsider.team)
    response = as_engineer.post(reverse("sessions:session-call"), VPN | {"flow": foreign.pk})
    assert (response.status_code, FlowSession.objects.count()) == (404, 0)
