"""Reads of flows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q, QuerySet

from apps.core.paging import Keyset, Page, moment
from apps.flows.graph import Graph
from apps.flows.lint import SubFlowFacts
from apps.flows.models import Category, Flow, FlowVersion, Tag, Visibility
from apps.flows.search.ranking import search_flows
from apps.teams.models import Team, User

PAGE_SIZE, TAGS_SHOWN = 25, 2
SHOWN = (
    *("team", "title", "summary", "kind", "visibility", "category__name", "owner__name", "verified_at", "review_days"),
    *("published__number", "published__published_at", "runs", "finished_runs", "resolved_runs", "success_permille"),
    "updated_at",
)
KEYSETS = {
    "used": Keyset("runs", int),
    "success": Keyset("success_permille", int),
    "newest": Keyset("updated_at", moment),
}


@dataclass(frozen=True)
class LibraryQuery:
    """Words, filters, order and place of a page of the library; ``category`` and ``tag`` are slugs."""

    q: str = ""
    kind: str = ""
    category: str = ""
    tag: str = ""
    sort: str = "used"
    after: str = ""


def library_page(user: User, query: LibraryQuery) -> Page[Flow]:
    """Live flows the user may see, of platform and team in one order; with words, the best 25 of those found."""
    rows = listed(Flow.objects.visible_to(user).live(), query)
    if query.q:
        return Page(found(rows, query.q, user), older="")
    sources = [rows.filter(team=None), *([rows.filter(team_id=user.team_id)] if user.team_id else [])]
    return KEYSETS[query.sort].page(sources, query.after, PAGE_SIZE)


def found(rows: QuerySet[Flow], text: str, user: User) -> list[Flow]:
    hits = search_flows(rows, text, PAGE_SIZE, team_id=user.team_id)
    flows = rows.in_bulk([hit.flow_id for hit in hits])
    return [flows[hit.flow_id] for hit in hits if hit.flow_id in flows]


def listed(flows: QuerySet[Flow], query: LibraryQuery) -> QuerySet[Flow]:
    """Flows filtered, with what a row of the list shows."""
    if query.kind:
        flows = flows.filter(kind=query.kind)
    if query.category:
        flows = flows.filter(category__slug=query.category)
    if query.tag:
        flows = flows.filter(pk__in=Flow.tags.through.objects.filter(tag__name=query.tag).values("flow"))
    tags = Tag.objects.filter(flows=OuterRef("pk")).order_by("name", "pk").values("name")[:TAGS_SHOWN]
    return flows.select_related("category", "published", "owner").only(*SHOWN).annotate(tag_names=ArraySubquery(tags))


def library_categories(user: User) -> QuerySet[Category]:
    return Category.objects.visible_to(user).order_by("name", "pk")


def flow_detail(user: User) -> QuerySet[Flow]:
    """Flows the user may open, archived ones too: their sessions point at them."""
    shown = Flow.objects.visible_to(user).filter(published__isnull=False)
    return shown.select_related("category", "published", "owner", "verified_by").defer("published__content")


def shared_flows(team: Team | None) -> QuerySet[Flow]:
    """Live flows of the team, or of the platform, in the order of their slugs; private ones stay out."""
    flows = Flow.objects.live().filter(team=team).exclude(visibility=Visibility.PRIVATE)
    return flows.select_related("published", "category").order_by("slug")


def flow_versions(flow: Flow) -> QuerySet[FlowVersion]:
    """Newest first, without their content."""
    return flow.versions.select_related("flow__category", "published_by").defer("content").order_by("-number")


def version_before(version: FlowVersion) -> FlowVersion | None:
    return flow_versions(version.flow).filter(number__lt=version.number).first()


def callable_flows(slugs: Iterable[str], team_id: int | None, owner_id: int | None) -> QuerySet[Flow]:
    """Live flows under these slugs, the platform's first, so that a mapping by slug keeps the team's.

    ``owner_id`` is the owner of a private caller, who may call private flows of their own.
    """
    scope = Q(team=None) | Q(team_id=team_id) if team_id else Q(team=None)
    seen = ~Q(visibility=Visibility.PRIVATE) | Q(owner_id=owner_id) if owner_id else ~Q(visibility=Visibility.PRIVATE)
    return Flow.objects.live().filter(scope, seen, slug__in=slugs).order_by(F("team_id").asc(nulls_first=True))


def subflow_facts(
    slugs: Iterable[str],
    *,
    team_id: int | None,
    owner_id: int | None = None,
    given: Mapping[str, SubFlowFacts] | None = None,
) -> dict[str, SubFlowFacts]:
    """Facts of the called flows and of all that they call; ``given`` ones go before those of the database."""
    facts: dict[str, SubFlowFacts] = {}
    missing = set(slugs)
    while missing:
        found = {slug: fact for slug, fact in (given or {}).items() if slug in missing}
        rows = callable_flows(missing - found.keys(), team_id, owner_id).values_list(
            "slug", "visibility", "published__content"
        )
        found = {slug: SubFlowFacts.of(Graph.model_validate(content), seen) for slug, seen, content in rows} | found
        facts |= found
        missing = {slug for fact in found.values() for slug in fact.calls} - facts.keys()
    return facts


def resolve_subflow(slug: str, team_id: int, calling: int) -> FlowVersion | None:
    """The published version that a sub-flow node of the version ``calling`` leads to now in the team.

    The team's flow goes before the platform's; a private one is called by private ones of its owner alone.
    """
    caller = Flow.objects.get(versions=calling)
    owner_id = caller.owner_id if caller.visibility == Visibility.PRIVATE else None
    flow = callable_flows([slug], team_id, owner_id).select_related("published").last()
    return flow.published if flow else None


def calling_flows(flow: Flow) -> QuerySet[Flow]:
    """Live flows with a node that calls this one; for a platform flow those of every team."""
    node = {"nodes": [{"kind": "sub_flow", "flow": flow.slug}]}
    scope = Q(team_id=flow.team_id) if flow.team_id else Q()
    return Flow.objects.live().filter(scope, published__content__contains=node).exclude(pk=flow.pk)
