"""What the pages of a PSA show."""

from collections.abc import Sequence
from dataclasses import dataclass

from apps.core.permissions import Permission, may
from apps.psa.models import BoardRule, Connection, PsaMember
from apps.teams.models import User


@dataclass(frozen=True)
class Matched:
    """A person of the team, and who that is in the PSA."""

    person: User
    member: PsaMember | None

    @property
    def by_email(self) -> bool:
        return self.member is not None and self.member.email.lower() == self.person.email.lower()


@dataclass(frozen=True)
class People:
    """Who runs sessions, those without a match first, and everybody of the PSA."""

    rows: Sequence[Matched]
    members: Sequence[PsaMember]

    @property
    def unmatched(self) -> int:
        return sum(row.member is None for row in self.rows)


def people_of(connection: Connection) -> People:
    members = list(PsaMember.objects.filter(connection=connection).order_by("name", "pk"))
    by_person = {member.user_id: member for member in members if member.user_id}
    people = User.objects.filter(team_id=connection.team_id, is_active=True).order_by("name", "pk")
    rows = [Matched(one, by_person.get(one.pk)) for one in people if may(one, Permission.RUN_SESSIONS)]
    return People(sorted(rows, key=lambda row: row.member is not None), members)


def live_connection_of(user: User) -> Connection | None:
    return Connection.objects.visible_to(user).live().select_related("team", "connected_by").first()


@dataclass(frozen=True)
class BoardLine:
    """A board of the PSA, with what is set on its tickets where somebody said so."""

    id: str
    name: str
    rule: BoardRule | None


def board_lines(connection: Connection, offered: Sequence[tuple[str, str]]) -> list[BoardLine]:
    """The boards that the PSA offers, as id and name, and those that have a rule."""
    rules = {rule.external_id: rule for rule in BoardRule.objects.filter(connection=connection).order_by("name")}
    names = dict(offered) | {id_: rule.name for id_, rule in rules.items() if id_ not in dict(offered)}
    return [BoardLine(id_, name, rules.get(id_)) for id_, name in names.items()]
