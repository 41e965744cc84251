"""Nothing typed is lost, whatever comes between."""

import pytest

from apps.sessions.services import lifecycle, steps
from tests.sessions.test_views_desk import HX, move, url


def test_refused_fields_stay_on_the_page_but_for_the_secret(as_engineer, calling):
    form = {"var-host": "not a host", "var-pin": "4711-0815"}
    response = as_engineer.post(url("fields", calling), form, headers=HX)
    text = response.content.decode()
    assert response.status_code == 422
    assert "Write a host name" in text
    assert 'value="not a host"' in text
    assert "4711-0815" not in text


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
