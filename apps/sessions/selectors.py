"""What the session's pages show, read with a constant number of statements."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from apps.core.paging import Keyset, Page, moment
from apps.core.permissions import Permission, may
from apps.flows.graph import PLACEHOLDER, Command, Graph, Node, Resolution, Variable
from apps.flows.models import Flow
from apps.flows.policies import may_open
from apps.flows.search.ranking import search_flows
from apps.flows.variables import fill, fill_command, mentioned, missing, needed
from apps.sessions import engine
from apps.sessions.engine import Place
from apps.sessions.graphs import GRAPHS
from apps.sessions.models import FlowSession, RecordKind, Status, StepRecord
from apps.sessions.rows import PATH_SHOWN, Recent, drafts_of, recent_of
from apps.teams.models import User

AHEAD_SHOWN = 4
CALLER_CHECKS = (
    "Called back on the number on record",
    "The client's agreed method",
    "Known by voice, confirmed by a manager",
    "In person",
)


@dataclass(frozen=True)
class ShownCommand:
    """A command with its values put in, the output pasted so far, and whether it was said to have been run."""

    command: Command
    text: str
    number: int
    output: str
    ran: bool

    @property
    def field(self) -> str:
        return f"output-{self.number}"

    @property
    def has_gaps(self) -> bool:
        return bool(PLACEHOLDER.search(self.text))

    @property
    def tick(self) -> str:
        return f"ran-{self.number}"


@dataclass(frozen=True)
class Line:
    """A node in the outline."""

    node: Node
    title: str
    record: StepRecord | None


@dataclass
class Desk:
    """A session as one person sees it: the step, the way there and the way ahead.

    ``typed`` are values of fields that were not taken, to be shown again; ``wrong`` says by field what is wrong.
    """

    user: User
    flow_session: FlowSession
    recent: Recent
    drafts: dict[str, str]
    typed: dict[str, str] = field(default_factory=dict)
    wrong: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def place(self) -> Place:
        return engine.place_from(self.flow_session.place)

    @cached_property
    def step(self) -> str:
        return engine.place_key(self.place)

    @cached_property
    def node(self) -> Node | None:
        return engine.node_at(self.place, GRAPHS)

    @property
    def graph(self) -> Graph | None:
        return GRAPHS[self.place[-1].version] if self.place else None

    @cached_property
    def is_mine(self) -> bool:
        return self.flow_session.owner_id == self.user.pk and may(self.user, Permission.RUN_SESSIONS)

    @property
    def may_act(self) -> bool:
        return self.is_mine and self.flow_session.status == Status.ACTIVE

    @property
    def may_note(self) -> bool:
        return may(self.user, Permission.RUN_SESSIONS) and not self.flow_session.is_ended

    @property
    def may_open_flow(self) -> bool:
        return self.flow_session.flow is not None and may_open(self.user, self.flow_session.flow)

    @property
    def takes_note(self) -> bool:
        """Some steps ask for none; what was typed elsewhere is shown all the same."""
        return not self.ends_here and (getattr(self.node, "notes", True) or bool(self.drafts.get("note")))

    @property
    def is_called(self) -> bool:
        """True inside a flow that another one called."""
        return len(self.place) > 1

    @property
    def called_at(self) -> str:
        """The step that called the flow one is in, or nothing."""
        caller = engine.node_at(self.place[:-1], GRAPHS) if self.is_called else None
        return fill(caller.title, self.values) if caller else ""

    @property
    def depth(self) -> int:
        return len(self.place) - 1

    @property
    def caller_checks(self) -> tuple[str, ...]:
        return CALLER_CHECKS

    @property
    def ends_here(self) -> bool:
        """True at a good end of the session's own flow."""
        return isinstance(self.node, Resolution) and not self.is_called

    @cached_property
    def values(self) -> dict[str, str]:
        return dict(self.flow_session.variables)

    @cached_property
    def title(self) -> str:
        return fill(self.node.title, self.values) if self.node else ""

    @cached_property
    def declared(self) -> list[Variable]:
        """One of each name, as the innermost flow words it: a form with two fields of one name would lose one."""
        versions = dict.fromkeys([self.flow_session.version_id, *(frame.version for frame in self.place)])
        found = (variable for version in versions if version for variable in GRAPHS[version].variables)
        return list({variable.name: variable for variable in found}.values())

    @property
    def filled(self) -> list[Variable]:
        return [variable for variable in self.declared if self._known.get(variable.name)]

    @cached_property
    def needed(self) -> list[Variable]:
        return needed(self.node, self._known, self.declared) if self.node else []

    @property
    def missing(self) -> list[Variable]:
        return missing_fields(self.flow_session, self.done)

    @property
    def _known(self) -> dict[str, str]:
        return self.values | dict.fromkeys(self.flow_session.secrets, "set")

    @property
    def commands(self) -> list[ShownCommand]:
        return [
            ShownCommand(
                command,
                fill_command(command.text, self.values, command.shell),
                number,
                self.drafts.get(f"output-{number}", ""),
                f"ran-{number}" in self.drafts,
            )
            for number, command in enumerate(self.node.commands if self.node else ())
        ]

    @property
    def options(self) -> list[tuple[int, Any]]:
        return list(enumerate(self.node.exits)) if self.node else []

    @cached_property
    def done(self) -> list[StepRecord]:
        """All live steps in order, without notes, handoffs and the end."""
        return list(self.flow_session.records.filter(superseded_at=None).exclude(kind__in=_BESIDE))

    @property
    def undoable(self) -> StepRecord | None:
        """The person's newest record; a colleague's note may stand behind it."""
        own = (row for row in reversed(self.recent.records) if row.actor_id == self.user.pk)
        return next((row for row in own if row.kind != RecordKind.HANDOFF), None)

    @cached_property
    def entered(self) -> dict[str, str]:
        drafts = {name[4:]: text for name, text in self.drafts.items() if name.startswith("var-")}
        return drafts | {name: value for name, value in self.values.items() if value} | self.typed

    @cached_property
    def done_shown(self) -> list[StepRecord]:
        return [row for row in self.recent.records if row.kind not in _BESIDE][-PATH_SHOWN:]

    @property
    def done_earlier(self) -> int:
        return max(0, self.recent.steps - PATH_SHOWN)

    @cached_property
    def ahead(self) -> list[Node]:
        return [] if self.flow_session.is_ended else engine.ahead(self.place, GRAPHS)

    @property
    def ahead_shown(self) -> list[str]:
        return [fill(node.title, self.values) for node in self.ahead[:AHEAD_SHOWN]]

    @property
    def number(self) -> int:
        return self.recent.steps + 1

    @property
    def total(self) -> int:
        return self.number + len(self.ahead)

    @property
    def announcement(self) -> str:
        return f"Step {self.number} of about {self.total}"

    @property
    def outline(self) -> list[Line]:
        """Nodes of the flow in which the session stands, with the newest answer to each."""
        version = self.place[-1].version if self.place else None
        answered = {row.node_id: row for row in self.done if row.version_id == version}
        nodes = self.graph.nodes if self.graph else ()
        return [Line(node, fill(node.title, self.values), answered.get(node.id)) for node in nodes]


_BESIDE = (RecordKind.NOTE, RecordKind.END, RecordKind.HANDOFF)


def missing_fields(flow_session: FlowSession, records: Sequence[StepRecord]) -> list[Variable]:
    """Fields of the flows gone through that have no value though they are required or the live records mention them."""
    versions = dict.fromkeys([flow_session.version_id, *(record.version_id for record in records)])
    declared = {variable.name: variable for version in versions if version for variable in GRAPHS[version].variables}
    told = [text for row in records for text in (row.asked, row.answered, row.statement, row.note)]
    told += [command["text"] for row in records for command in row.commands if command.get("ran")]
    return missing(declared.values(), {**flow_session.variables, **flow_session.secrets}, mentioned(told))


def desk_of(user: User, flow_session: FlowSession) -> Desk:
    """Everything the session page shows, in two statements beside the session itself."""
    step = engine.place_key(engine.place_from(flow_session.place))
    return Desk(user, flow_session, recent_of(flow_session), drafts_of(user, flow_session.pk, step))


def open_sessions(user: User) -> QuerySet[FlowSession]:
    """One's own sessions that are not at their end, the newest first; the switcher's and My work's rows."""
    rows = FlowSession.objects.visible_to(user).filter(owner=user.pk, status__in=FlowSession.OPEN)
    return rows.select_related("flow", "client", "ticket").order_by("-created_at", "-id")


@dataclass(frozen=True)
class Work:
    """My work: what runs, what is paused (woken first), what is prepared, what was finished lately."""

    active: list[FlowSession]
    paused: list[FlowSession]
    prepared: list[FlowSession]
    finished: list[FlowSession]


def work_of(user: User) -> Work:
    rows = list(open_sessions(user)[:200])
    by_status = {status: [row for row in rows if row.status == status] for status in FlowSession.OPEN}
    far = timezone.now() + timedelta(days=36_500)
    paused = sorted(by_status[Status.PAUSED], key=lambda row: row.wake_at or far)
    ended = FlowSession.objects.visible_to(user).filter(owner=user.pk, status__in=FlowSession.ENDED)
    finished = list(ended.select_related("flow", "client", "ticket").order_by("-created_at", "-id")[:8])
    return Work(by_status[Status.ACTIVE], paused, by_status[Status.PREPARED], finished)


def team_sessions(user: User, before: str, size: int = 25) -> Page[FlowSession]:
    """A page of the team's sessions behind a cursor, newest first."""
    rows = FlowSession.objects.visible_to(user).select_related("flow", "client", "ticket", "owner")
    return Keyset("created_at", moment).page([rows], before, size)


def flows_for(user: User, text: str, limit: int = 5) -> list[Flow]:
    """Flows whose words fit a problem, the best first."""
    rows = Flow.objects.visible_to(user).startable()
    hits = search_flows(rows, text, limit, team_id=user.team_id)
    found = rows.select_related("category").in_bulk([hit.flow_id for hit in hits])
    return [found[hit.flow_id] for hit in hits if hit.flow_id in found]
