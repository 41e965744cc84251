"""Reads of flows."""

from collections.abc import Iterable, Mapping

from django.db.models import F, Q, QuerySet

from apps.flows.graph import Graph
from apps.flows.lint import SubFlowFacts
from apps.flows.models import Flow, FlowVersion, Visibility


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


def resolve_subflow(slug: str, team_id: int | None, owner_id: int | None = None) -> FlowVersion | None:
    """The published version a sub-flow node leads to now: the team's before the platform's.

    ``owner_id`` is the owner of the calling flow when that one is private.
    """
    flow = callable_flows([slug], team_id, owner_id).select_related("published").last()
    return flow.published if flow else None


def calling_flows(flow: Flow) -> QuerySet[Flow]:
    """Live flows with a node that calls this one; for a platform flow those of every team."""
    node = {"nodes": [{"kind": "sub_flow", "flow": flow.slug}]}
    scope = Q(team_id=flow.team_id) if flow.team_id else Q()
    return Flow.objects.live().filter(scope, published__content__contains=node).exclude(pk=flow.pk)
