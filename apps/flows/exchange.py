"""Import and export of whole flows. A batch is imported whole or not at all."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from django.db import transaction
from django.db.models import F, Q
from django.db.models.expressions import OrderBy
from django.utils.text import slugify

from apps.flows.flow_file import FlowFile, FlowFileError, FlowHead, Location, Problem, Source, read, write_flow
from apps.flows.graph import Graph
from apps.flows.lint import Finding, Severity, SubFlowFacts, errors, lint
from apps.flows.models import Category, Flow, FlowVersion, Tag, Visibility
from apps.flows.search.index import index_flow
from apps.flows.selectors import shared_flows, subflow_facts
from apps.flows.services import add_version, lock_flow, lock_publishing
from apps.teams.models import Team, User

Result = Literal["created", "changed", "unchanged"]


@dataclass(frozen=True)
class Arrival:
    """A file that was read, on its way in."""

    file: str
    flow: FlowFile
    source: Source


@dataclass(frozen=True)
class Imported:
    slug: str
    result: Result
    warnings: list[Finding]


def import_flows(*, files: Mapping[str, str], team: Team | None, by: User | None = None) -> list[Imported]:
    """Create or change the flows of a team, or of the platform when ``team`` is None, and publish what changed.

    ``files`` maps a name for messages to the YAML text. Raise FlowFileError with every problem of every file;
    nothing has been written then.
    """
    arrivals = read_all(files)
    with transaction.atomic():
        lock_publishing()
        findings = lint_all(arrivals, team)
        return [take_in(arrival, team, by, findings[arrival.file]) for arrival in arrivals]


def read_all(files: Mapping[str, str]) -> list[Arrival]:
    arrivals, problems = [], []
    for file, text in files.items():
        try:
            arrivals.append(Arrival(file, *read(FlowFile, text)))
        except FlowFileError as refused:
            problems += [Problem(problem.line, problem.reason, file) for problem in refused.problems]
    counts = Counter(arrival.flow.slug for arrival in arrivals)
    problems += [
        Problem(arrival.source.line(["slug"]), f"Two files have the slug “{arrival.flow.slug}”.", arrival.file)
        for arrival in arrivals
        if counts[arrival.flow.slug] > 1
    ]
    if problems:
        raise FlowFileError(problems)
    return arrivals


def lint_all(arrivals: list[Arrival], team: Team | None) -> dict[str, list[Finding]]:
    """Findings by file; the flows of the batch know each other in whatever order they come."""
    seen = Visibility.TEAM if team else Visibility.PUBLIC
    given = {arrival.flow.slug: SubFlowFacts.of(arrival.flow, seen) for arrival in arrivals}
    calls = {slug for facts in given.values() for slug in facts.calls}
    known = subflow_facts(calls, team_id=team.pk if team else None, given=given)
    findings = {
        arrival.file: lint(arrival.flow.graph, subflows=known, slug=arrival.flow.slug, visibility=seen)
        for arrival in arrivals
    }
    problems = [problem_of(arrival, finding) for arrival in arrivals for finding in errors(findings[arrival.file])]
    if problems:
        raise FlowFileError(problems)
    return findings


def problem_of(arrival: Arrival, finding: Finding) -> Problem:
    ids = [node.id for node in arrival.flow.nodes]
    location: Location = ["nodes", ids.index(finding.node_id)] if finding.node_id else []
    return Problem(arrival.source.line(location), finding.message, arrival.file)


def take_in(arrival: Arrival, team: Team | None, by: User | None, findings: list[Finding]) -> Imported:
    head, graph = arrival.flow.head, arrival.flow.graph
    warnings = [finding for finding in findings if finding.severity == Severity.WARNING]
    flow = Flow.objects.filter(team=team, slug=head.slug).select_related("published", "category").first()
    if flow is None:
        flow = Flow.objects.create(
            team=team, slug=head.slug, owner=by, visibility=Visibility.TEAM if team else Visibility.PUBLIC
        )
        result: Result = "created"
    elif flow.visibility == Visibility.PRIVATE:
        line = arrival.source.line(["slug"])
        raise FlowFileError([Problem(line, f"“{head.slug}” is a private flow already.", arrival.file)])
    else:
        same = comparable(head_of(flow)) == comparable(head) and flow.published and flow.published.graph == graph
        result = "unchanged" if same else "changed"
    if result != "unchanged":
        write(lock_flow(flow), head, graph, by)
    return Imported(head.slug, result, warnings)


def write(flow: Flow, head: FlowHead, graph: Graph, by: User | None) -> None:
    flow.title, flow.summary, flow.review_days = head.title, head.summary, head.review_days
    flow.category = category_named(head.category, flow.team) if head.category else None
    flow.save()
    flow.tags.set([tag_named(name, flow.team) for name in head.tags])
    if flow.published is None or flow.published.graph != graph:
        add_version(flow, graph, by=by, change_note="Imported")
    else:
        index_flow(flow)


def own_first(team: Team | None) -> tuple[Q, OrderBy]:
    """Rows a team may use, its own before the platform's."""
    return Q(team=None) | Q(team=team), F("team_id").asc(nulls_last=True)


def category_named(name: str, team: Team | None) -> Category:
    slug = slugify(name, allow_unicode=True)
    scope, order = own_first(team)
    found = Category.objects.filter(scope, slug=slug).order_by(order).first()
    return found or Category.objects.create(team=team, slug=slug, name=name)


def tag_named(name: str, team: Team | None) -> Tag:
    scope, order = own_first(team)
    return Tag.objects.filter(scope, name=name).order_by(order).first() or Tag.objects.create(team=team, name=name)


def head_of(flow: Flow) -> FlowHead:
    return FlowHead(
        slug=flow.slug,
        title=flow.title,
        summary=flow.summary,
        category=flow.category.name if flow.category else "",
        tags=tuple(flow.tags.order_by("name").values_list("name", flat=True)),
        review_days=flow.review_days,
    )


def comparable(head: FlowHead) -> FlowHead:
    """The order of tags and the spelling of a category make no difference."""
    tags = tuple(sorted(set(head.tags)))
    return head.model_copy(update={"category": slugify(head.category, allow_unicode=True), "tags": tags})


def flow_text(flow: Flow, version: FlowVersion) -> str:
    """The file of one version, with the flow's present head."""
    return write_flow(head_of(flow), version.graph)


def export_flows(*, team: Team | None, slug: str = "") -> Iterator[tuple[str, str]]:
    """Slug and text of each live flow of the team, or of the platform; private ones stay out."""
    flows = shared_flows(team)
    for flow in flows.filter(slug=slug) if slug else flows:
        if flow.published:
            yield flow.slug, flow_text(flow, flow.published)
