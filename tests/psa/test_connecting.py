"""How a team's PSA is connected, tried, and who is who there."""

from datetime import timedelta
from email.utils import format_datetime

import pytest
from cryptography.fernet import Fernet
from django.utils import timezone

from apps.core.egress import Answer
from apps.core.outbox import Doubt, Failed, Later
from apps.psa import errors
from apps.psa.connecting import (
    _Clocks,
    connect,
    disconnect,
    fetch_members,
    is_unreadable,
    map_person,
    stored_secrets,
    try_connection,
)
from apps.psa.explain import explain
from apps.psa.line import asked_of
from apps.psa.models import Connection, ProviderKind, PsaMember
from apps.teams.models import Team, User
from tests.factories.psa import ConnectionFactory, TicketFactory
from tests.factories.teams import UserFactory

pytestmark = pytest.mark.django_db
DEMO = {"provider": ProviderKind.DEMO, "address": "", "account": ""}
SITE = {"provider": ProviderKind.CONNECTWISE, "address": "psa.example", "account": "northwind"}


def test_secrets_are_stored_encrypted_and_an_empty_one_keeps_what_is_there(team: Team, lead: User) -> None:
    first = connect(team, **SITE, secrets={"public_key": "pub", "private_key": "private"}, by=lead)
    again = connect(team, **SITE, secrets={"public_key": "new", "private_key": ""}, by=lead)
    assert first == again
    assert "private" not in again.credentials
    assert stored_secrets(again) == {"public_key": "new", "private_key": "private"}


def test_secrets_do_not_follow_to_another_address(team: Team, lead: User) -> None:
    connect(team, **SITE, secrets={"private_key": "private"}, by=lead)
    other = connect(team, **SITE | {"address": "evil.example"}, secrets={"private_key": ""}, by=lead)
    assert stored_secrets(other) == {}


def test_another_psa_archives_the_old_one_with_its_tickets(team: Team, lead: User) -> None:
    old = connect(team, **SITE, secrets={"private_key": "private"}, by=lead)
    ticket = TicketFactory(team=team, connection=old)
    new = connect(team, **DEMO, secrets={}, by=lead)
    old.refresh_from_db()
    ticket.refresh_from_db()
    assert (old.archived_at is None, old.credentials, ticket.connection) == (False, "", old)
    assert list(Connection.objects.live()) == [new]


def test_nothing_is_asked_of_a_psa_that_was_replaced(team: Team, lead: User) -> None:
    old = connect(team, **DEMO, secrets={}, by=lead)
    disconnect(team)
    old.refresh_from_db()
    with pytest.raises(errors.Replaced, match="not connected any more"):
        asked_of(old, lead, "a test")


def test_connection_of_another_team_stays(team: Team, lead: User) -> None:
    other = ConnectionFactory()
    connect(team, **DEMO, secrets={}, by=lead)
    disconnect(team)
    assert list(Connection.objects.live()) == [other]


def test_secrets_are_read_after_the_key_was_rotated_and_lost_ones_say_so(team: Team, lead: User, settings) -> None:
    connection = connect(team, **SITE, secrets={"private_key": "private"}, by=lead)
    fresh = Fernet.generate_key().decode()
    settings.ENCRYPTION_KEYS = [fresh, *settings.ENCRYPTION_KEYS]
    assert stored_secrets(connection) == {"private_key": "private"}
    settings.ENCRYPTION_KEYS = [fresh]
    assert is_unreadable(connection)
    trial = try_connection(connection, by=lead)
    assert trial.refusal
    assert "cannot be read" in trial.refusal.sentence


def test_trial_of_the_demo_psa_greets(team: Team, lead: User) -> None:
    trial = try_connection(ConnectionFactory(team=team), by=lead)
    assert trial.greeting
    assert (trial.greeting.product, trial.refusal, trial.warnings) == ("Demo PSA", None, ())


@pytest.mark.parametrize(
    ("error", "advice"),
    [
        (errors.CredentialsRejected("x"), "enter the secrets again"),
        (errors.NotAllowed("x"), "rights"),
        (errors.NotFound("x"), "company"),
        (errors.Conflict("x"), "try again"),
        (errors.Invalid("x"), "Check the value"),
        (errors.NotTaken("x"), "kept its own value"),
        (errors.Unreadable("x"), "encryption keys"),
        (errors.RateLimited("x"), "goes on by itself"),
        (errors.Unavailable("x"), "clock"),
        (errors.Replaced("x"), "stays there"),
        (Failed("x"), "Check the address"),
        (Later("x"), "few minutes"),
        (Doubt("x"), "Look in the PSA"),
    ],
)
def test_every_no_is_explained(error: Exception, advice: str) -> None:
    assert explain(error).sentence == "x"
    assert advice in explain(error).advice


@pytest.mark.parametrize(("minutes", "warned"), [(0, 0), (4, 0), (12, 1), (-12, 1)])
def test_clocks_that_are_apart_are_told_of(minutes: int, warned: int) -> None:
    clocks = _Clocks()
    clocks(Answer(200, {"date": format_datetime(timezone.now() + timedelta(minutes=minutes))}, b""))
    assert len(clocks.warnings) == warned


@pytest.mark.parametrize("headers", [{}, {"date": "soon"}, {"date": "Tue, 01 Jan 2030 00:00:00 -0000"}])
def test_answers_without_a_usable_time_are_no_trouble(headers: dict[str, str]) -> None:
    clocks = _Clocks()
    clocks(Answer(200, headers, b""))
    assert clocks.warnings == []


def test_members_are_matched_by_email_once(team: Team, lead: User) -> None:
    engineer = UserFactory(team=team, email="ada@team.example")
    connection = ConnectionFactory(team=team)
    stranger = PsaMember.objects.create(team=team, connection=connection, external_id="gone", name="Gone", user=lead)
    assert fetch_members(connection, by=lead) == 2
    assert not PsaMember.objects.filter(pk=stranger.pk).exists()
    matched = {member.external_id: member.user for member in PsaMember.objects.select_related("user")}
    assert matched == {str(engineer.pk): engineer, str(lead.pk): lead}


def test_match_by_hand_outlives_a_fetch_and_is_one_of_a_person(team: Team, lead: User, engineer: User) -> None:
    connection = ConnectionFactory(team=team)
    fetch_members(connection, by=lead)
    theirs = PsaMember.objects.get(user=engineer)
    map_person(connection, lead, theirs)
    fetch_members(connection, by=lead)
    theirs.refresh_from_db()
    assert theirs.user == lead
    assert PsaMember.objects.filter(user=lead).count() == 1
    map_person(connection, lead, None)
    assert not PsaMember.objects.filter(user=lead).exists()
