import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.sessions.models import FlowSession
from apps.sessions.services import lifecycle, steps
from apps.sessions.services.start import Intake, start_session
from tests.factories.flows import published_flow

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def url(name, flow_session, *args):
    return reverse(f"sessions:session-{name}", args=[flow_session.pk, *args])


def move(flow_session, **fields):
    step = "/".join(f"{version}:{node}" for version, node in flow_session.place)
    return {"revision": flow_session.revision, "step": step, **fields}


def test_page_shows_the_step_its_answers_and_the_way_ahead(as_engineer, flow_session):
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    for words in ("Who is affected?", "One person", "Everybody", "Harbor Dental", "#48213", "Step 1 of about 3"):
        assert words in page


def test_answer_without_htmx_redirects_back_to_the_page(as_engineer, flow_session):
    response = as_engineer.post(url("answer", flow_session), move(flow_session, choice=0))
    assert (response.status_code, response["Location"]) == (302, flow_session.get_absolute_url())


def test_answer_by_htmx_brings_stage_path_and_note(as_engineer, flow_session):
    response = as_engineer.post(url("answer", flow_session), move(flow_session, choice=0), headers=HX)
    text = response.content.decode()
    assert response.status_code == 200
    for piece in ('id="stage"', 'id="path"', 'id="sent"', 'id="timer"', "Restart the client", "Undo"):
        assert piece in text
    assert "<html" not in text


def test_double_click_counts_once_and_is_no_conflict(as_engineer, flow_session):
    form = move(flow_session, choice=0)
    first = as_engineer.post(url("answer", flow_session), form, headers=HX)
    second = as_engineer.post(url("answer", flow_session), form, headers=HX)
    assert (first.status_code, second.status_code) == (200, 200)
    assert flow_session.records.count() == 1


def test_stale_page_gets_409_with_the_fresh_step_and_keeps_what_was_typed(as_engineer, flow_session):
    form = move(flow_session, choice=1, note="seen by me", **{"output-0": "a log"})
    as_engineer.post(url("answer", flow_session), move(flow_session, choice=0), headers=HX)
    response = as_engineer.post(url("answer", flow_session), form, headers=HX)
    text = response.content.decode()
    assert response.status_code == 409
    for piece in ("moved on in another window", "Restart the client", "seen by me", "a log"):
        assert piece in text
    assert flow_session.records.count() == 1


def test_answer_that_is_not_there_gets_422_and_keeps_the_note(as_engineer, flow_session):
    response = as_engineer.post(url("answer", flow_session), move(flow_session, choice=7, note="typed"), headers=HX)
    assert response.status_code == 422
    assert "not among" in response.content.decode()
    assert "typed" in response.content.decode()


@pytest.mark.parametrize("fields", [{}, {"revision": "x"}, {"revision": 0}, {"revision": 0, "choice": "9" * 30}])
def test_incomplete_forms_change_nothing(as_engineer, flow_session, fields):
    response = as_engineer.post(url("answer", flow_session), fields, headers=HX)
    assert response.status_code == 422
    assert not flow_session.records.exists()


def test_back_skip_and_jump_show_where_the_session_stands(as_engineer, flow_session):
    as_engineer.post(url("skip", flow_session), move(flow_session, reason="No access"))
    flow_session.refresh_from_db()
    assert flow_session.place[-1][1] == "hand-over"
    as_engineer.post(url("back", flow_session), move(flow_session))
    flow_session.refresh_from_db()
    assert flow_session.place[-1][1] == "scope"
    as_engineer.post(url("jump", flow_session), move(flow_session, depth=0, node="done"))
    flow_session.refresh_from_db()
    assert flow_session.place[-1][1] == "done"


def test_done_before_reads_the_outline(as_engineer, flow_session):
    as_engineer.post(url("done-before", flow_session), move(flow_session, **{"done-scope": "0", "done-restart": ""}))
    assert flow_session.records.get().entered_afterwards


def test_own_step_without_words_gets_422_beside_the_field(as_engineer, flow_session):
    response = as_engineer.post(url("own-step", flow_session), move(flow_session, did="", own_note="kept"), headers=HX)
    text = response.content.decode()
    assert response.status_code == 422
    assert 'aria-invalid="true"' in text
    assert "kept" in text


def test_own_step_goes_on_record(as_engineer, flow_session):
    as_engineer.post(
        url("own-step", flow_session), move(flow_session, did="Rebooted", own_note="twice", outcome="fixed")
    )
    record = flow_session.records.get()
    assert (record.asked, record.note, record.outcome) == ("Rebooted", "twice", "fixed")


def test_note_and_fields_are_stored(as_engineer, calling):
    as_engineer.post(url("note", calling), {"note": "Called at noon"})
    as_engineer.post(url("fields", calling), {"var-host": "srv-02"})
    calling.refresh_from_db()
    assert (calling.records.get().note, calling.variables["host"]) == ("Called at noon", "srv-02")
    response = as_engineer.post(url("fields", calling), {"var-host": "two words"}, headers=HX)
    assert response.status_code == 422
    assert "Write a host name" in response.content.decode()


def test_secret_is_shown_on_demand_only(as_engineer, calling):
    assert "hunter22" not in as_engineer.get(calling.get_absolute_url()).content.decode()
    response = as_engineer.post(url("secret", calling, "pin"))
    assert "hunter22" in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    assert as_engineer.post(url("secret", calling, "nothing")).status_code == 404


def test_secret_whose_key_is_lost_says_so_until_it_is_entered_again(as_engineer, calling):
    FlowSession.objects.filter(pk=calling.pk).update(secrets={"pin": "of-a-lost-key"})
    assert as_engineer.get(calling.get_absolute_url()).status_code == 200
    for name, sent in (("secret", {}), ("answer", move(calling, choice=0, note="Called"))):
        response = as_engineer.post(url(name, calling, *(["pin"] if name == "secret" else [])), sent, headers=HX)
        assert response.status_code == 422
        assert "cannot be read with the present encryption keys" in response.content.decode()
    assert as_engineer.post(url("fields", calling), {"var-pin": "hunter23"}, headers=HX).status_code == 200
    assert "hunter23" in as_engineer.post(url("secret", calling, "pin")).content.decode()


def test_called_flow_is_entered_and_left(as_engineer, calling):
    as_engineer.post(url("enter", calling), move(calling))
    calling.refresh_from_db()
    page = as_engineer.get(calling.get_absolute_url()).content.decode()
    assert "Who calls?" in page
    assert "How was the caller checked?" in page
    as_engineer.post(url("answer", calling), move(calling, choice=0, value="In person"))
    calling.refresh_from_db()
    assert "Go on in the flow that led here" in as_engineer.get(calling.get_absolute_url()).content.decode()
    as_engineer.post(url("leave", calling), move(calling))
    calling.refresh_from_db()
    assert calling.place[-1][1] == "try"


def test_draft_is_kept_and_comes_back_with_the_page(as_engineer, flow_session):
    address = url("draft", flow_session, "note") + f"?step={flow_session.version_id}:scope"
    assert as_engineer.post(address, {"note": "half a sen"}).status_code == 204
    assert "half a sen" in as_engineer.get(flow_session.get_absolute_url()).content.decode()
    assert as_engineer.post(url("draft", flow_session, "other"), {"x": "y"}).status_code == 422


@pytest.mark.parametrize("name", ["pause", "finish", "own-step", "abandon", "outline", "fields"])
def test_panels_open_as_page_and_as_fragment(as_engineer, flow_session, name):
    page = as_engineer.get(url("panel", flow_session, name))
    fragment = as_engineer.get(url("panel", flow_session, name), headers=HX)
    assert "<html" in page.content.decode()
    assert "<html" not in fragment.content.decode()
    assert 'id="stage"' in fragment.content.decode()


def test_unknown_panel_is_404(as_engineer, flow_session):
    assert as_engineer.get(url("panel", flow_session, "nothing")).status_code == 404


def test_pause_asks_for_a_reason_and_leads_to_my_work(as_engineer, flow_session):
    assert as_engineer.post(url("pause", flow_session), {"wake": "2"}, headers=HX).status_code == 422
    response = as_engineer.post(url("pause", flow_session), {"reason": "vendor", "wake": "24"}, headers=HX)
    assert response["HX-Redirect"] == "/"
    flow_session.refresh_from_db()
    assert flow_session.wake_at.hour == 8
    assert as_engineer.post(url("go-on", flow_session)).status_code == 302
    flow_session.refresh_from_db()
    assert flow_session.status == "active"


def test_pause_until_a_time_of_ones_own_needs_the_time(as_engineer, flow_session):
    response = as_engineer.post(url("pause", flow_session), {"reason": "vendor", "wake": "at"}, headers=HX)
    assert "Choose the time" in response.content.decode()


def test_finish_leads_to_the_note_and_the_session_address_follows(as_engineer, flow_session):
    form = move(flow_session, outcome="workaround", closing_note="Restarted")
    response = as_engineer.post(url("finish", flow_session), form)
    assert response.status_code == 302
    response = as_engineer.get(flow_session.get_absolute_url())
    assert response["Location"] == reverse("documentation:note-page", args=[flow_session.pk])


def test_finish_on_an_old_revision_keeps_the_closing_note(as_engineer, flow_session, engineer):
    steps.answer_step(flow_session.pk, by=engineer, revision=0, choice=0, typed=steps.Typed())
    form = move(flow_session, outcome="resolved", closing_note="typed long")
    response = as_engineer.post(url("finish", flow_session), form, headers=HX)
    assert response.status_code == 409
    assert "typed long" in response.content.decode()


def test_resolution_shows_the_finish_form_filled_in(as_engineer, engineer, flow_session):
    steps.jump_to(flow_session.pk, by=engineer, revision=0, depth=0, node="done")
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    assert "Finish and show the note" in page
    assert "The client was restarted." in page


def test_escalation_says_what_to_have_ready_and_offers_not_resolved(as_engineer, engineer, flow_session):
    steps.jump_to(flow_session.pk, by=engineer, revision=0, depth=0, node="hand-over")
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    assert "The log" in page
    assert "Hand over to a senior" in page
    panel = as_engineer.get(url("panel", flow_session, "finish")).content.decode()
    assert re.search(r'value="unresolved"[^>]*checked', panel)


def test_abandon_needs_a_reason(as_engineer, flow_session):
    assert as_engineer.post(url("abandon", flow_session), {"reason": ""}, headers=HX).status_code == 422
    as_engineer.post(url("abandon", flow_session), {"reason": "Duplicate"})
    flow_session.refresh_from_db()
    assert flow_session.status == "abandoned"


def test_away_time_is_asked_about_and_settled(as_engineer, flow_session):
    FlowSession.objects.filter(pk=flow_session.pk).update(away_seconds=1500)
    assert "Away 25 min" in as_engineer.get(flow_session.get_absolute_url()).content.decode()
    as_engineer.post(url("away", flow_session), {"minutes": "25"})
    flow_session.refresh_from_db()
    assert (flow_session.away_seconds, flow_session.active_seconds >= 1500) == (0, True)


def test_colleague_reads_along_and_may_note_and_a_viewer_only_reads(client, team, viewer, flow_session, lead):
    client.force_login(lead)
    page = client.get(flow_session.get_absolute_url()).content.decode()
    assert "You can read along and add notes" in page
    assert client.post(url("answer", flow_session), move(flow_session, choice=0), headers=HX).status_code == 422
    client.force_login(viewer)
    page = client.get(flow_session.get_absolute_url()).content.decode()
    assert "You can read along." in page
    assert "Note for this step" not in page


def test_another_team_gets_404_everywhere(client, outsider, flow_session):
    client.force_login(outsider)
    assert client.get(flow_session.get_absolute_url()).status_code == 404
    for name in ("answer", "skip", "back", "pause", "finish", "away", "go-on"):
        fields = move(flow_session, choice=0, reason="vendor", outcome="resolved", minutes=1)
        assert client.post(url(name, flow_session), fields).status_code == 404
    assert client.post(url("draft", flow_session, "note"), {"note": "x"}).status_code == 404
    assert not flow_session.records.exists()


def test_session_without_a_flow_suggests_and_takes_one(as_engineer, engineer, flow):
    flow_session = start_session(by=engineer, flow=None, intake=Intake(title="VPN"))
    assert "Which flow fits?" in as_engineer.get(flow_session.get_absolute_url()).content.decode()
    response = as_engineer.post(url("flow", flow_session, flow.pk), move(flow_session), headers=HX)
    assert "Who is affected?" in response.content.decode()


def test_session_of_a_flow_of_another_team_is_404(as_engineer, engineer, outsider, flow):
    flow_session = start_session(by=engineer, flow=None, intake=Intake(title="VPN"))
    flow.__class__.objects.filter(pk=flow.pk).update(team=outsider.team)
    assert as_engineer.post(url("flow", flow_session, flow.pk), move(flow_session)).status_code == 404


def test_answer_costs_few_statements_and_one_commit(as_engineer, engineer, flow_session, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        as_engineer.post(url("answer", flow_session), move(flow_session, choice=0), headers=HX)


def test_page_costs_the_same_statements_for_many_steps(
    as_engineer, engineer, flow_session, django_assert_max_num_queries
):
    row = flow_session
    for _ in range(12):
        own = {"did": "Rebooted", "outcome": "", "typed": steps.Typed()}
        row = steps.add_own_step(row.pk, by=engineer, revision=row.revision, **own)
    with django_assert_max_num_queries(12):
        as_engineer.get(flow_session.get_absolute_url())


def test_paused_page_offers_to_resume(as_engineer, engineer, flow_session):
    lifecycle.pause_session(flow_session.pk, by=engineer, reason="part", wake_at=None)
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    assert "Waiting for a part" in page
    assert "Resume" in page


def test_path_of_many_steps_shows_the_newest_and_counts_the_others(as_engineer, engineer, flow_session):
    row = flow_session
    for number in range(14):
        own = {"did": f"Tried {number}.", "outcome": "", "typed": steps.Typed()}
        row = steps.add_own_step(row.pk, by=engineer, revision=row.revision, **own)
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    assert "6 earlier steps" in page
    assert "Tried 13." in page
    assert "Tried 5." not in page


def test_private_flow_is_named_without_a_link_to_those_who_may_not_open_it(client, engineer, lead):
    flow = published_flow(team=engineer.team, title="My own way", visibility="private", owner=engineer)
    flow_session = start_session(by=engineer, flow=flow, intake=Intake(title="VPN"))
    for person, links in ((engineer, True), (lead, False)):
        client.force_login(person)
        page = client.get(flow_session.get_absolute_url()).content.decode()
        assert "My own way, v1" in page
        assert (f'href="/library/{flow.pk}/"' in page) is links
        assert client.get(f"/library/{flow.pk}/").status_code == (200 if links else 404)


def test_ticket_text_is_marked_as_the_clients_and_stays_plain_text(as_engineer, engineer, flow):
    problem = "See <a href=https://evil.example>here</a> https://evil.example **now**"
    flow_session = start_session(by=engineer, flow=flow, intake=Intake(title="Help", problem=problem))
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    card = page[page.index('id="ticket"') :].partition("</section>")[0]
    assert "Nobody has checked it" in card
    assert "See &lt;a href=https://evil.example&gt;here&lt;/a&gt; https://evil.example **now**" in card
    assert 'href="https://evil.example' not in card


def test_step_that_asks_for_no_note_shows_the_field_for_what_was_typed_elsewhere(as_engineer, engineer):
    content = {"kind": "procedure", "nodes": [{"id": "a", "kind": "step", "title": "Look", "notes": False}]}
    flow = published_flow(content, team=engineer.team, kind="procedure")
    row = start_session(by=engineer, flow=flow, intake=Intake())
    assert "Note for this step" not in as_engineer.get(row.get_absolute_url()).content.decode()
    stale = move(row, choice=0, note="Typed elsewhere") | {"revision": 9}
    assert "Typed elsewhere</textarea>" in as_engineer.post(url("answer", row), stale, headers=HX).content.decode()


def test_timer_counts_what_was_not_saved_yet(as_engineer, flow_session):
    since = timezone.now() - timedelta(seconds=90)
    FlowSession.objects.filter(pk=flow_session.pk).update(clock_at=since, active_seconds=10)
    seconds = re.search(r'rf-timer seconds="(\d+)"', as_engineer.get(flow_session.get_absolute_url()).content.decode())
    assert 100 <= int(seconds[1]) < 110


def test_switcher_shows_nine_sessions_and_where_the_others_are(as_engineer, engineer, flow, flow_session):
    for number in range(9):
        start_session(by=engineer, flow=flow, intake=Intake(title=f"Work {number}"), prepared=True)
    page = as_engineer.get(flow_session.get_absolute_url()).content.decode()
    assert page.count('data-key="alt+shift+') == 9
    assert "9+ open" in page
    assert "All of them in My work" in page
