"""The pages on which a team connects its PSA."""

from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client as Browser

from apps.psa.connecting import fetch_members, stored_secrets
from apps.psa.models import BoardRule, Connection, DemoTicket, ProviderKind, PsaMember
from apps.teams.models import User
from tests.factories.psa import ConnectionFactory
from tests.factories.teams import UserFactory
from tests.fakes.receiver import Receiver, cuts, says

pytestmark = pytest.mark.django_db
PAGE = "/psa/connection/"
CONNECT = f"{PAGE}connect/connectwise/"
PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture(autouse=True)
def _nothing_cached(db: None) -> None:
    cache.clear()


def shown(browser: Browser, address: str = PAGE) -> str:
    return browser.get(address).content.decode()


def test_page_without_a_connection_offers_the_psas(as_lead: Browser) -> None:
    assert "Demo PSA" in shown(as_lead)


def test_demo_psa_is_connected_by_one_click(as_lead: Browser, lead: User) -> None:
    as_lead.post(f"{PAGE}connect/demo/")
    made = Connection.objects.get()
    assert (made.team, made.provider, made.connected_by, made.note_kind) == (lead.team, "demo", lead, "internal")
    assert "Not tried yet" in shown(as_lead)
    assert DemoTicket.objects.filter(team=lead.team).exists()


@pytest.mark.parametrize("address", [PAGE, CONNECT])
def test_no_page_shows_a_secret(address: str, as_lead: Browser, keyed: Connection) -> None:
    text = shown(as_lead, address)
    assert "northwind" in text
    for secret in ("pub-key", "private-key", keyed.credentials):
        assert secret not in text


def test_empty_secret_keeps_the_stored_one(as_lead: Browser, keyed: Connection, server: Receiver) -> None:
    typed = {"address": server.url, "account": "northwind", "public_key": "", "private_key": "new"}
    as_lead.post(CONNECT, typed)
    keyed.refresh_from_db()
    assert stored_secrets(keyed) == {"public_key": "pub-key", "private_key": "new"}


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ({"account": "elsewhere"}, "Enter it: public key"),
        ({"address": "http://psa.example"}, "begins with https://"),
        ({"address": "https://a b"}, "begins with https://"),
        ({"address": ""}, "required"),
        ({"account": ""}, "required"),
    ],
)
def test_wrong_input_is_refused_in_words(
    typed: dict[str, str], sentence: str, as_lead: Browser, keyed: Connection, server: Receiver
) -> None:
    response = as_lead.post(CONNECT, {"address": server.url, "account": "northwind", **typed})
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert Connection.objects.get() == keyed


@pytest.mark.parametrize(
    ("behaviour", "words"),
    [
        (says(200), "Demo PSA answers"),
        (says(200, Date="Tue, 01 Jan 2019 00:00:00 GMT"), "minutes apart"),
        (says(401), "does not accept the credentials"),
        (says(403), "Give the account the rights"),
        (says(404), "slip of the keys"),
        (says(302, Location="https://x.example/"), "leads on to another one"),
        (says(429, Retry_After="60"), "goes on by itself"),
        (says(500), "whether the PSA is up"),
        (says(503, "<html>down</html>"), "whether the PSA is up"),
        (cuts("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n"), "whether the PSA is up"),
    ],
)
def test_test_says_what_is_wrong_and_what_to_do(
    behaviour: Any, words: str, as_lead: Browser, keyed: Connection, server: Receiver
) -> None:
    server.behaviour = behaviour
    response = as_lead.post(f"{PAGE}test/", headers=PARTIAL)
    assert "<html" not in response.content.decode()
    assert words in response.content.decode()
    assert words in as_lead.post(f"{PAGE}test/").content.decode()


def test_page_says_how_the_connection_fares(as_lead: Browser, keyed: Connection, server: Receiver) -> None:
    as_lead.post(f"{PAGE}test/")
    assert "Connected" in shown(as_lead)
    server.behaviour = says(401)
    as_lead.post(f"{PAGE}test/")
    text = shown(as_lead)
    assert "Does not work" in text
    assert "The PSA does not accept the credentials." in text


def test_lost_key_is_a_clear_state(as_lead: Browser, keyed: Connection) -> None:
    Connection.objects.update(credentials="gAAAA-of-another-key")
    assert "The key that the secrets were encrypted with is gone" in shown(as_lead)


def test_public_note_kind_is_saved_and_warned_of(as_lead: Browser, connection: Connection) -> None:
    typed = {"push_when": "ask", "note_kind": "discussion", "text_into": "note", "rounding_minutes": "15"}
    as_lead.post(f"{PAGE}options/", typed)
    assert "Notes are public now" in shown(as_lead)


@pytest.mark.parametrize(
    "wrong",
    [{"link_pattern": "javascript:alert(1)//{number}"}, {"link_pattern": "https://x"}, {"rounding_minutes": "0"}],
)
def test_wrong_options_are_refused(wrong: dict[str, str], as_lead: Browser, connection: Connection) -> None:
    typed = {"push_when": "ask", "note_kind": "internal", "text_into": "note", "rounding_minutes": "15"}
    assert as_lead.post(f"{PAGE}options/", typed | wrong).status_code == 422


def test_rule_of_a_board_is_chosen_from_its_lists(as_lead: Browser, connection: Connection) -> None:
    assert "Helpdesk" in shown(as_lead, f"{PAGE}boards/")
    form = shown(as_lead, f"{PAGE}boards/1/")
    assert "Waiting for client" in form
    assert "Subtype" not in form
    as_lead.post(f"{PAGE}boards/1/", {"status_resolved": "5", "type": "1", "is_billable": "no", "work_type": "7"})
    rule = BoardRule.objects.get()
    assert (rule.name, rule.status_resolved, rule.type, rule.is_billable) == ("Helpdesk", "5", "1", False)
    assert rule.names == {"status_resolved": "Resolved", "type": "Incident"}
    assert as_lead.post(f"{PAGE}boards/1/", {"status_resolved": "99"}).status_code == 422


def test_ids_are_typed_where_the_psa_is_away(as_lead: Browser, keyed: Connection, server: Receiver) -> None:
    server.behaviour = says(500)
    assert "Id of a board" in shown(as_lead, f"{PAGE}boards/")
    assert as_lead.get(f"{PAGE}boards/?board=12").headers["Location"] == f"{PAGE}boards/12/"
    assert "Ids can be typed." in shown(as_lead, f"{PAGE}boards/12/")
    typed = {"status_resolved": "516", "status_escalated": "7", "work_role": "3"}
    names = {"status_resolved": "Done", "status_escalated": "Escalated", "work_role": "Engineer"}
    BoardRule.objects.create(team=keyed.team, connection=keyed, external_id="12", name="Board 12", names=names, **typed)
    as_lead.post(f"{PAGE}boards/12/", typed | {"status_escalated": "8", "work_role": ""})
    rule = BoardRule.objects.get()
    assert (rule.status_resolved, rule.status_escalated, rule.names) == ("516", "8", {"status_resolved": "Done"})
    assert [rule.called(name) for name in typed] == ["Done", "id 8", ""]
    assert "Board 12" in shown(as_lead, f"{PAGE}boards/")


def test_lists_are_asked_for_once_in_a_while(as_lead: Browser, keyed: Connection, server: Receiver) -> None:
    shown(as_lead, f"{PAGE}boards/")
    shown(as_lead, f"{PAGE}boards/")
    assert len(server.asked) == 1


def test_people_without_a_match_come_first(as_lead: Browser, lead: User, connection: Connection) -> None:
    fetch_members(connection, by=lead)
    UserFactory(team=lead.team, name="Zoe New")
    text = shown(as_lead, f"{PAGE}people/")
    assert text.index("Zoe New") < text.index(f"{lead.name}<small>")
    assert "By e-mail" in text


def test_people_are_matched_by_hand(as_lead: Browser, lead: User, engineer: User, connection: Connection) -> None:
    as_lead.post(f"{PAGE}people/fetch/")
    theirs = PsaMember.objects.get(user=engineer)
    as_lead.post(f"{PAGE}people/{lead.pk}/", {"member": theirs.external_id})
    theirs.refresh_from_db()
    assert theirs.user == lead


def test_people_stay_as_they_are_when_the_psa_is_away(as_lead: Browser, keyed: Connection, server: Receiver) -> None:
    PsaMember.objects.create(team=keyed.team, connection=keyed, external_id="1", name="Ada")
    server.behaviour = says(500)
    response = as_lead.post(f"{PAGE}people/fetch/", follow=True)
    assert "Who was matched stays so." in response.content.decode()
    assert PsaMember.objects.exists()


def test_disconnected_psa_is_asked_nothing(as_lead: Browser, keyed: Connection, server: Receiver) -> None:
    as_lead.post(f"{PAGE}end/")
    assert as_lead.post(f"{PAGE}test/").status_code == 404
    assert server.asked == []


@pytest.mark.parametrize("action", ["test/", "options/", "end/", "people/fetch/"])
def test_connection_of_another_team_is_not_found(action: str, as_lead: Browser) -> None:
    other = ConnectionFactory(provider=ProviderKind.DEMO)
    assert as_lead.post(f"{PAGE}{action}").status_code == 404
    other.refresh_from_db()
    assert other.archived_at is None


def test_person_or_member_of_another_team_is_not_found(
    as_lead: Browser, lead: User, connection: Connection, outsider: User
) -> None:
    other = ConnectionFactory()
    PsaMember.objects.create(team=other.team, connection=other, external_id="x7", name="Eve")
    assert as_lead.post(f"{PAGE}people/{outsider.pk}/", {"member": ""}).status_code == 404
    assert as_lead.post(f"{PAGE}people/{lead.pk}/", {"member": "x7"}).status_code == 404
