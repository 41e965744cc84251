import json

import pytest
from django.core.management import call_command
from hypothesis import given
from hypothesis import strategies as st

from apps.flows.models import Flow
from apps.sessions.demo.people import TICKETS
from apps.sessions.selectors import flows_for
from apps.sessions.ticket_text import gist, headline

MAIL = (
    "Outlook asks again and again\n\nKind regards\nPrue\n\nPlease consider the environment before printing this e-mail."
)


def test_gist_ends_at_the_sign_off_and_weighs_the_title():
    assert gist("outlook", MAIL) == "outlook\noutlook\nOutlook asks again and again\n"


@pytest.mark.parametrize("body", ["Thanks for nothing, the printer is down", "", "no sign-off at all"])
def test_gist_of_a_text_without_sign_off_is_the_whole(body):
    assert gist("t", body).endswith(body)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("Morning,\n\nThe VPN says 809", "The VPN says 809"),
        ("Hi Tom\nprinter again", "printer again"),
        ("Good morning to you all,\nprinter again", "printer again"),
        ("Subject: VPN wont connect\nMorning,", "VPN wont connect"),
        ("Hi, nobody can print", "Hi, nobody can print"),
        ("Hello", "Hello"),
        ("", ""),
    ],
)
def test_headline_is_the_first_line_that_says_what_it_is_about(text, line):
    assert headline(text) == line


@given(st.text(), st.text())
def test_gist_never_adds_words(title, body):
    assert set(gist(title, body).split()) <= set(title.split()) | set(body.split())


def test_suggestions_hold_the_flow_that_fits_a_demo_ticket(engineer):
    call_command("import_flows", verbosity=0)
    titles = set(Flow.objects.values_list("title", flat=True))
    tickets = [ticket for ticket in map(json.loads, TICKETS.read_text().splitlines()) if ticket["fits"] in titles]
    places = {}
    for ticket in tickets:
        found = [flow.title for flow in flows_for(engineer, gist(ticket["subject"], ticket["body"]))]
        places[ticket["id"]] = found.index(ticket["fits"]) + 1 if ticket["fits"] in found else 99
    assert len(places) >= 8
    assert max(places.values()) <= 3, places
    assert sum(place == 1 for place in places.values()) > len(places) / 2, places
