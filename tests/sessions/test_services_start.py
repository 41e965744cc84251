import pytest
from django.utils import timezone

from apps.psa.models import Client, Ticket
from apps.sessions.engine import Refused, WrongValue
from apps.sessions.models import FlowSession, Status
from apps.sessions.services.lifecycle import abandon_session
from apps.sessions.services.start import Intake, begin_session, choose_flow, client_named, start_session
from apps.teams.models import User
from tests.factories.flows import GRAPH, FlowFactory, published_flow
from tests.factories.psa import ClientFactory, ConnectionFactory
from tests.factories.teams import super_admin


def test_start_pins_the_published_version_and_makes_client_and_ticket(engineer, flow):
    intake = Intake(client="  Harbor   Dental ", ticket="#48213", title="Error 812", device="PC-1")
    flow_session = start_session(by=engineer, flow=flow, intake=intake)
    assert (flow_session.status, flow_session.version, flow_session.title) == ("active", flow.published, "Error 812")
    assert flow_session.client.name == "Harbor Dental"
    assert (flow_session.ticket.number, flow_session.ticket.client) == ("48213", flow_session.client)
    assert flow_session.clock_at is not None
    flow.refresh_from_db()
    assert flow.runs == 1


def test_start_with_a_known_ticket_takes_over_what_it_says(engineer, flow):
    client = Client.objects.create(team=engineer.team, name="Kite")
    Ticket.objects.create(team=engineer.team, number="7", title="No mail", client=client, contact="Jo", body="Help")
    flow_session = start_session(by=engineer, flow=flow, intake=Intake(ticket="7"))
    assert (flow_session.title, flow_session.client, flow_session.contact) == ("No mail", client, "Jo")
    assert Ticket.objects.count() == 1


def test_start_without_words_is_titled_by_the_flow_or_the_first_line(engineer, flow):
    assert start_session(by=engineer, flow=flow, intake=Intake()).title == flow.title
    assert start_session(by=engineer, flow=None, intake=Intake(problem="No mail\nsince noon")).title == "No mail"


def test_start_leaves_a_secret_out_of_the_title_and_loses_none_of_what_was_typed(engineer, flow):
    pasted = start_session(
        by=engineer, flow=flow, intake=Intake(problem="VPN password: Harbour-Winter-77 fails\nSince 9")
    )
    assert pasted.title == "VPN password: [password removed] fails"
    assert pasted.problem == "VPN password: Harbour-Winter-77 fails\nSince 9"
    typed = start_session(by=engineer, flow=flow, intake=Intake(title="Password: Harbour-Winter-77", problem="Since 9"))
    assert typed.title == "Password: [password removed]"
    assert typed.problem == "Password: Harbour-Winter-77\n\nSince 9"
    again = Intake(title="Password: Harbour-Winter-77", problem="Password: Harbour-Winter-77\nSince 9", ticket="7")
    both = start_session(by=engineer, flow=flow, intake=again)
    assert both.problem == again.problem
    assert both.ticket.title == "Password: [password removed]"


def test_start_shortens_a_long_first_line_between_words(engineer, flow):
    pasted = start_session(by=engineer, flow=flow, intake=Intake(problem="printer " * 40))
    assert pasted.title == "printer " * 24 + "printer…"
    assert start_session(by=engineer, flow=flow, intake=Intake(problem="x" * 300)).title == "x" * 199 + "…"


def test_start_with_a_number_alone_is_titled_by_the_ticket(engineer):
    assert start_session(by=engineer, flow=None, intake=Intake(ticket="48213")).title == "Ticket 48213"


def test_start_takes_the_zone_of_the_team(engineer, flow):
    engineer.team.time_zone = "Europe/Berlin"
    assert start_session(by=engineer, flow=flow, intake=Intake()).time_zone == "Europe/Berlin"


def test_start_stops_the_clock_of_the_session_before(engineer, flow, flow_session):
    later = start_session(by=engineer, flow=flow, intake=Intake())
    flow_session.refresh_from_db()
    assert flow_session.clock_at is None
    assert later.clock_at is not None


def test_prepare_lets_no_clock_run_until_it_begins(engineer, flow):
    flow_session = start_session(by=engineer, flow=flow, intake=Intake(), prepared=True)
    assert (flow_session.status, flow_session.clock_at, flow_session.started_at) == ("prepared", None, None)
    begun = begin_session(flow_session.pk, by=engineer)
    assert begun.status == Status.ACTIVE
    assert begun.started_at == begun.clock_at


def test_start_a_flow_without_a_published_version_is_refused_and_writes_nothing(engineer):
    with pytest.raises(Refused, match="no published version"):
        start_session(by=engineer, flow=FlowFactory(team=engineer.team), intake=Intake(client="New"))
    assert not FlowSession.objects.exists()
    assert not Client.objects.exists()


def test_start_by_somebody_without_a_team_is_refused(flow):
    with pytest.raises(Refused, match="people of a team"):
        start_session(by=super_admin(), flow=flow, intake=Intake())


def test_choose_flow_gives_a_session_its_flow_once(engineer, flow):
    flow_session = start_session(by=engineer, flow=None, intake=Intake(title="VPN"))
    chosen = choose_flow(flow_session.pk, by=engineer, revision=0, flow=flow)
    assert chosen.place == [[flow.published_id, "scope"]]
    with pytest.raises(Refused, match="follows a flow already"):
        choose_flow(flow_session.pk, by=engineer, revision=1, flow=published_flow(team=engineer.team))


def test_start_with_a_wrong_field_says_which(engineer, calling):
    with pytest.raises(WrongValue, match="Write a host name") as wrong:
        start_session(by=engineer, flow=calling.flow, intake=Intake(variables={"host": "two words"}))
    assert wrong.value.field == "var-host"


def test_abandon_a_prepared_session_keeps_its_reason(engineer, flow):
    flow_session = start_session(by=engineer, flow=flow, intake=Intake(), prepared=True)
    ended = abandon_session(flow_session.pk, by=engineer, reason="Duplicate")
    assert (ended.status, ended.records.get().reason) == (Status.ABANDONED, "Duplicate")


def test_start_fills_the_fields_that_are_known_already(engineer):
    device = {"name": "device", "label": "Device", "kind": "host"}
    variables = [device, *({"name": name, "label": name.title()} for name in ("contact", "site"))]
    flow = published_flow(GRAPH | {"variables": variables}, team=engineer.team)
    intake = Intake(device="PC-1, Windows 11", contact="Maria", variables={"contact": "Jo", "site": ""})
    assert start_session(by=engineer, flow=flow, intake=intake).variables == {"device": "PC-1", "contact": "Jo"}


def test_start_leaves_a_field_empty_that_what_is_known_does_not_fit(engineer):
    device = {"name": "device", "label": "Device", "kind": "host"}
    flow = published_flow(GRAPH | {"variables": [device]}, team=engineer.team)
    assert start_session(by=engineer, flow=flow, intake=Intake(device="label printer")).variables == {}


def test_client_of_the_present_psa_is_meant_before_one_of_another_time(engineer: User) -> None:
    old = ConnectionFactory(team=engineer.team, archived_at=timezone.now())
    known = {"team": engineer.team, "name": "Harbor Dental"}
    ClientFactory(connection=old, external_id="7", **known)
    typed = client_named(engineer.team, " Harbor  Dental ")
    assert typed
    assert typed.connection is None
    present = ClientFactory(connection=ConnectionFactory(team=engineer.team), external_id="9", **known)
    assert client_named(engineer.team, "Harbor Dental") == present
    assert client_named(engineer.team, " ") is None
