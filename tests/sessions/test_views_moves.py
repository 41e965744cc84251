"""Nothing typed is lost, whatever comes between."""

import re

import pytest

from apps.sessions.services import lifecycle, steps
from apps.sessions.services.start import Intake, start_session
from tests.factories.flows import published_flow
from tests.sessions.conftest import PROCEDURE
from tests.sessions.test_views_desk import HX, move, url


def test_refused_fields_stay_on_the_page_but_for_the_secret(as_engineer, calling):
    form = {"var-host": "not a host", "var-pin": "4711-0815"}
    response = as_engineer.post(url("fields", calling), form, headers=HX)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Write a host name" in text
    assert 'value="not a host"' in text
    assert "4711-0815" not in text


@pytest.fixture
def without_host(engineer, calling):
    """A session at a step that needs a host."""
    return steps.set_variables(calling.pk, by=engineer, values={"host": ""})


@pytest.mark.parametrize("name", ["enter", "skip"])
def test_fields_that_a_step_needs_go_along_with_what_is_done_there(as_engineer, without_host, name):
    as_engineer.post(url(name, without_host), move(without_host, **{"var-host": "srv-02"}), headers=HX)
    without_host.refresh_from_db()
    assert without_host.variables["host"] == "srv-02"
    assert without_host.revision == 2


def test_values_beside_the_step_follow_what_goes_along(as_engineer, without_host):
    form = move(without_host, **{"var-host": "srv-02"})
    assert "<dd>srv-02</dd>" in as_engineer.post(url("skip", without_host), form, headers=HX).content.decode()


def test_field_is_typed_into_the_step_as_a_draft_until_it_is_filled_in(as_engineer, without_host):
    step = move(without_host)["step"]
    as_engineer.post(url("draft", without_host, "var-host") + f"?step={step}", {"var-host": "srv-0"})
    assert 'value="srv-0"' in as_engineer.get(without_host.get_absolute_url()).content.decode()
    as_engineer.post(url("fields", without_host), move(without_host, **{"var-host": "srv-03"}), headers=HX)
    assert not without_host.drafts.exists()


def test_wrong_field_that_goes_along_changes_nothing_and_is_told_beside_it(as_engineer, without_host):
    form = move(without_host, note="Seen", **{"var-host": "two words"})
    response = as_engineer.post(url("skip", without_host), form, headers=HX)
    text = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'id="var-host_error" role="alert">Write a host name', text)
    assert 'value="two words"' in text
    assert "Seen" in text
    assert not without_host.records.exists()


@pytest.mark.parametrize("name", ["skip", "note"])
def test_text_that_is_too_long_is_told_and_kept(as_engineer, flow_session, name):
    response = as_engineer.post(url(name, flow_session), move(flow_session, note="x" * 200_001), headers=HX)
    assert response.status_code == 422
    assert "longer than 200,000 characters" in response.content.decode()
    assert "x" * 200_001 in response.content.decode()
    assert not flow_session.records.exists()


def test_output_that_is_too_long_is_told_and_not_cut(as_engineer, flow_session):
    response = as_engineer.post(
        url("skip", flow_session), move(flow_session, **{"output-0": "x" * 200_001}), headers=HX
    )
    assert response.status_code == 422
    assert "longer than 200,000 characters" in response.content.decode()
    assert not flow_session.records.exists()


def test_time_that_is_past_is_told_beside_it(as_engineer, flow_session):
    form = {"reason": "client", "wake": "at", "wake_at": "2020-01-01T08:00"}
    response = as_engineer.post(url("pause", flow_session), form, headers=HX)
    assert response.status_code == 422
    assert re.search(r'id="id_wake_at_error[^>]*>\s*Choose a time in the future', response.content.decode())


def test_stale_own_step_stays_in_its_form(as_engineer, engineer, flow_session):
    form = move(flow_session, did="Swapped the cable", own_note="It was cut")
    steps.answer_step(flow_session.pk, by=engineer, revision=0, choice=0, typed=steps.Typed())
    response = as_engineer.post(url("own-step", flow_session), form, headers=HX)
    text = response.content.decode()
    assert response.status_code == 409
    for words in ("moved on in another window", "Swapped the cable", "It was cut", 'name="revision" value="1"'):
        assert words in text


@pytest.mark.parametrize(("name", "fields"), [("skip", {"note": "No time"}), ("own-step", {"did": "Rebooted"})])
def test_double_click_on_skip_and_own_step_counts_once(as_engineer, flow_session, name, fields):
    form = move(flow_session, **fields)
    answers = [as_engineer.post(url(name, flow_session), form, headers=HX) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert flow_session.records.count() == 1


def test_double_click_on_the_last_step_of_a_called_flow_counts_once(as_engineer, engineer, in_procedure):
    last = steps.answer_step(in_procedure.pk, by=engineer, revision=1, choice=0, typed=steps.Typed())
    form = move(last, choice=0, value="SN-1")
    answers = [as_engineer.post(url("answer", last), form, headers=HX) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert last.records.count() == 3


def test_answer_after_the_end_shows_what_was_typed(as_engineer, engineer, flow_session):
    form = move(flow_session, choice=0, note="Seen by me")
    lifecycle.resolve_session(flow_session.pk, by=engineer, revision=0, outcome="resolved")
    response = as_engineer.post(url("answer", flow_session), form, headers=HX)
    assert response.status_code == 409
    assert "Seen by me" in response.content.decode()
    empty = as_engineer.post(url("answer", flow_session), move(flow_session, choice=0), headers=HX)
    assert empty["HX-Redirect"] == flow_session.get_absolute_url()


def test_undo_after_a_note_takes_the_note_back(as_engineer, engineer, flow_session):
    moved = steps.answer_step(flow_session.pk, by=engineer, revision=0, choice=0, typed=steps.Typed())
    response = as_engineer.post(url("note", flow_session), move(moved, note="Seen it"), headers=HX)
    assert 'name="ordinal" value="2" data-key="u"' in response.content.decode()


@pytest.mark.parametrize("query", ["\x00abc", "x" * 5000, "💥"])
def test_search_for_a_flow_takes_any_words(as_engineer, engineer, query):
    from_call = as_engineer.post("/pilot/call/", {"title": "Printer"})["Location"]
    assert as_engineer.get(from_call, {"q": query}).status_code == 200


def finish(browser, flow_session, **fields):
    return browser.post(url("finish", flow_session), move(flow_session, outcome="resolved", **fields), headers=HX)


def test_double_click_on_finish_leads_to_the_note_without_a_complaint(as_engineer, calling):
    answers = [finish(as_engineer, calling, closing_note=" PIN was hunter22 ") for _ in range(2)]
    assert [answer["HX-Redirect"] for answer in answers] == [calling.get_absolute_url()] * 2
    page = as_engineer.get(calling.get_absolute_url(), follow=True)
    assert "another window" not in page.content.decode()
    calling.refresh_from_db()
    assert calling.closing_note == "PIN was {{pin}}"


def test_second_window_with_another_closing_note_sees_it_and_adds_it(as_engineer, flow_session):
    finish(as_engineer, flow_session, closing_note="Restarted", next_steps="Watch it")
    response = finish(as_engineer, flow_session, closing_note="The certificate had expired", next_steps="Watch it")
    text = response.content.decode()
    assert response.status_code == 409
    assert re.search(r"<textarea[^>]*>\s*The certificate had expired</textarea>", text)
    for _ in range(2):
        added = as_engineer.post(url("closing-note", flow_session), {"text": "The certificate had expired"})
    assert added["Location"] == flow_session.get_absolute_url()
    flow_session.refresh_from_db()
    assert flow_session.closing_note == "Restarted\nThe certificate had expired"


def test_second_window_with_another_outcome_is_told_which_one_counts(as_engineer, flow_session):
    finish(as_engineer, flow_session)
    as_engineer.post(url("finish", flow_session), move(flow_session, outcome="unresolved"), headers=HX)
    page = as_engineer.get(flow_session.get_absolute_url(), follow=True).content.decode()
    assert "ended in another window as “Resolved”" in page


def test_reason_to_abandon_what_has_ended_meanwhile_is_shown(as_engineer, flow_session):
    finish(as_engineer, flow_session)
    response = as_engineer.post(url("abandon", flow_session), {"reason": "A duplicate of 48200"}, headers=HX)
    assert (response.status_code, "A duplicate of 48200" in response.content.decode()) == (409, True)


@pytest.mark.parametrize(
    ("name", "fields"), [("pause", {"reason": "client", "wake": "2"}), ("abandon", {"reason": "Duplicate"})]
)
def test_double_click_on_pause_and_abandon_is_no_conflict(as_engineer, flow_session, name, fields):
    answers = [as_engineer.post(url(name, flow_session), fields, headers=HX) for _ in range(2)]
    assert answers[0]["HX-Redirect"] == answers[1]["HX-Redirect"]


def test_only_the_owner_adds_to_the_closing_note_and_only_after_the_end(client, as_engineer, lead, flow_session):
    assert as_engineer.post(url("closing-note", flow_session), {"text": "Early"}).status_code == 409
    finish(as_engineer, flow_session)
    client.force_login(lead)
    client.post(url("closing-note", flow_session), {"text": "Not mine"})
    flow_session.refresh_from_db()
    assert flow_session.closing_note == ""


@pytest.mark.parametrize("headers", [HX, {}])
def test_check_without_its_value_says_so_beside_the_field_and_keeps_what_was_typed(as_engineer, engineer, headers):
    flow = published_flow(PROCEDURE, team=engineer.team, kind="procedure")
    row = start_session(by=engineer, flow=flow, intake=Intake())
    row = steps.answer_step(row.pk, by=engineer, revision=0, choice=0, typed=steps.Typed())
    form = move(row, choice=0, value=" ", note="Label is torn")
    response = as_engineer.post(url("answer", row), form, headers=headers)
    text = response.content.decode()
    assert response.status_code == 422
    assert re.search(r'id="value"[^>]*aria-invalid="true" aria-describedby="value_error"', text)
    assert "Write the result that you saw" in text
    assert "Label is torn</textarea>" in text


def test_snooze_says_when_it_is_back_and_leaves_the_page_alone(as_engineer, engineer, flow_session):
    lifecycle.pause_session(flow_session.pk, by=engineer, reason="vendor", wake_at=None)
    response = as_engineer.post(url("snooze", flow_session), headers=HX)
    assert response["HX-Trigger"] == "bell"
    assert re.search(r"comes back at \d\d:\d\d", response.content.decode())
    assert 'hx-swap-oob="beforeend:#toasts"' in response.content.decode()


def test_snooze_without_script_goes_back_and_a_refused_one_says_why(as_engineer, flow_session):
    came_from = {"referer": "http://testserver/library/"}
    response = as_engineer.post(url("snooze", flow_session), headers=came_from, follow=True)
    assert response.redirect_chain == [("/library/", 302)]
    assert "This session is active now. Nothing was changed." in response.content.decode()


def test_tick_of_a_command_is_recorded_and_comes_back_with_a_page_that_was_stale(as_engineer, engineer, flow_session):
    row = steps.answer_step(flow_session.pk, by=engineer, revision=0, choice=0, typed=steps.Typed())
    stale = as_engineer.post(url("answer", row), move(row, choice=9, **{"ran-0": "yes"}), headers=HX).content.decode()
    assert re.search(r'name="ran-0" value="yes" checked', stale)
    as_engineer.post(url("answer", row), move(row, choice=0, **{"ran-0": "yes", "ran-x": "yes"}), headers=HX)
    assert row.records.last().commands[0]["ran"] is True
