"""How a team's PSA is connected, tried and let go, and who is who there."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import parsedate_to_datetime
from time import monotonic

from django.db import transaction
from django.utils import timezone

from apps.core.egress import Answer
from apps.psa.demo_stock import stock_demo
from apps.psa.errors import Unreadable
from apps.psa.explain import NO, Explained, explain
from apps.psa.facts import Greeting, MemberFacts
from apps.psa.line import asked_of, open_credentials, seal_credentials
from apps.psa.models import Connection, ProviderKind, PsaMember
from apps.teams.models import Team, User

MOST_APART = 300  # seconds between two clocks before somebody must look


def connect(
    team: Team, *, provider: str, address: str, account: str, secrets: Mapping[str, str], by: User
) -> Connection:
    """The team's live connection. An empty secret keeps the stored one, which is never sent to another address.

    Another PSA, address or account replaces the connection: the old one is archived with its tickets.
    """
    place = {"provider": provider, "address": address, "account": account}
    typed = {name: text for name, text in secrets.items() if text}
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        live = Connection.objects.live().filter(team=team, **place).first()
        if live is None:
            _archive(team)
            sealed = seal_credentials(typed) if typed else ""
            made = Connection.objects.create(team=team, **place, credentials=sealed, connected_by=by)
            if provider == ProviderKind.DEMO:
                stock_demo(made)
            return made
        sealed = seal_credentials({**stored_secrets(live), **typed}) if typed else live.credentials
        fresh = {"credentials": sealed, "root": "", "problem": "", "problem_at": None, "connected_by": by}
        Connection.objects.filter(pk=live.pk).update(**fresh)
        live.refresh_from_db()
        return live


def disconnect(team: Team) -> None:
    """Ask the PSA nothing any more; its tickets, and what was sent to them, stay."""
    with transaction.atomic():
        Team.objects.select_for_update(no_key=True).get(pk=team.pk)
        _archive(team)


def _archive(team: Team) -> None:
    """Its secrets are of no more use, so that they are forgotten."""
    Connection.objects.live().filter(team=team).update(archived_at=timezone.now(), credentials="")


def stored_secrets(connection: Connection) -> dict[str, str]:
    """Nothing where the key they were encrypted with is gone."""
    with suppress(Unreadable):
        return open_credentials(connection.credentials)
    return {}


def is_unreadable(connection: Connection) -> bool:
    return bool(connection.credentials) and not stored_secrets(connection)


@dataclass(frozen=True)
class Trial:
    """How a test of a connection went: the PSA greeted us, or `refusal` says why not. ``seconds`` it took."""

    seconds: float
    at: datetime
    greeting: Greeting | None = None
    refusal: Explained | None = None
    warnings: Sequence[str] = field(default=())


def try_connection(connection: Connection, *, by: User) -> Trial:
    """Ask the PSA who it is and what we may do there. Call it outside any transaction."""
    began, clocks = monotonic(), _Clocks()
    try:
        greeting = asked_of(connection, by, "the connection is tested", clocks).test_connection()
    except NO as error:
        return Trial(monotonic() - began, timezone.now(), refusal=explain(error))
    warnings = (*greeting.warnings, *clocks.warnings)
    return Trial(monotonic() - began, timezone.now(), greeting=greeting, warnings=warnings)


class _Clocks:
    """Compares our clock with the one that the answers carry."""

    def __init__(self) -> None:
        self.apart = 0.0

    def __call__(self, answer: Answer) -> None:
        with suppress(ValueError, TypeError):
            theirs = parsedate_to_datetime(answer.headers.get("date", ""))
            self.apart = abs((timezone.now() - theirs).total_seconds())

    @property
    def warnings(self) -> list[str]:
        if self.apart < MOST_APART:
            return []
        minutes = round(self.apart / 60)
        return [
            f"The clocks of this server and of the PSA are {minutes} minutes apart: times of notes and of time entries "
            "would be wrong. Have the wrong one set by a time server."
        ]


def fetch_members(connection: Connection, *, by: User) -> int:
    """Ask who works in the PSA, and match by e-mail who is nobody here yet; how many they are.

    Whom somebody matched stays matched; whoever left there is forgotten. Raises what `apps.psa.errors` names.
    """
    found = asked_of(connection, by, "people are matched").list_members()
    with transaction.atomic():
        Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        rows = [_member(connection, one) for one in {one.id: one for one in found}.values()]
        PsaMember.objects.bulk_create(
            rows, update_conflicts=True, unique_fields=["connection", "external_id"], update_fields=["name", "email"]
        )
        members = PsaMember.objects.filter(connection=connection)
        members.exclude(external_id__in=[one.id for one in found]).delete()
        _match(connection)
    return len(found)


def map_person(connection: Connection, person: User, member: PsaMember | None) -> None:
    """Say who the person is in the PSA; None: nobody."""
    with transaction.atomic():
        Connection.objects.select_for_update(no_key=True).get(pk=connection.pk)
        members = PsaMember.objects.filter(connection=connection)
        members.filter(user=person).update(user=None)
        if member:
            members.filter(pk=member.pk).update(user=person)


def _member(connection: Connection, one: MemberFacts) -> PsaMember:
    told = {"name": one.name[:200], "email": one.email[:254]}
    return PsaMember(team_id=connection.team_id, connection=connection, external_id=one.id[:64], **told)


def _match(connection: Connection) -> None:
    members = PsaMember.objects.filter(connection=connection)
    people = User.objects.filter(team_id=connection.team_id).exclude(pk__in=members.exclude(user=None).values("user"))
    by_email = {person.email.lower(): person for person in people}
    for member in members.filter(user=None).exclude(email="").order_by("pk"):
        if person := by_email.pop(member.email.lower(), None):
            member.user = person
            member.save(update_fields=["user"])
