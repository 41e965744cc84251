"""Every change of a flow."""

from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone

from apps.flows.graph import Graph
from apps.flows.lint import Finding, errors, lint
from apps.flows.models import Flow, FlowDraft, FlowVersion, Visibility
from apps.flows.policies import may_edit
from apps.flows.search.index import index_flow
from apps.flows.selectors import calling_flows, subflow_facts
from apps.teams.models import User

PUBLISHING_LOCK = 4_011_001  # any number that no other advisory lock uses


class FlowRefused(Exception):
    """The change was refused and nothing was written; the message is for people."""

    def __init__(self, message: str, findings: list[Finding] | None = None) -> None:
        super().__init__(message)
        self.findings = findings or []


def create_flow(*, flow: Flow, by: User) -> Flow:
    """Save a new flow without content in the actor's team; the super_admin's are public ones of the platform."""
    flow.team, flow.owner = by.team, by
    flow.visibility = flow.visibility if by.team_id else Visibility.PUBLIC
    require_editor(by, flow)
    with transaction.atomic():
        if Flow.objects.filter(team=by.team, slug=flow.slug).exists():
            raise FlowRefused(f"There is already a flow “{flow.slug}”. Choose another short name.")
        flow.save()
        index_flow(flow)
    return flow


def change_flow(*, flow: Flow, by: User) -> Flow:
    """Save what the library shows of a flow: title, summary, category, review interval."""
    require_editor(by, flow)
    with transaction.atomic():
        lock_publishing()
        flow.save(update_fields=["title", "summary", "category", "review_days", "updated_at"])
        index_flow(flow)
    return flow


def share_flow(*, flow: Flow, by: User) -> Flow:
    """Let the whole team see a private flow. Refused while it calls private ones."""
    require_editor(by, flow)
    with transaction.atomic():
        flow = lock_flow(flow)
        flow.visibility = Visibility.TEAM
        if flow.published:
            refuse_errors(flow, flow.published.graph)
        flow.save(update_fields=["visibility", "updated_at"])
    return flow


def save_draft(*, flow: Flow, graph: Graph, by: User) -> FlowDraft:
    """Keep the graph as the flow's draft, whatever the lint says of it."""
    require_editor(by, flow)
    draft, _ = FlowDraft.objects.update_or_create(
        flow=flow, defaults={"content": graph.content(), "team": flow.team, "updated_by": by}
    )
    return draft


def publish_draft(*, flow: Flow, by: User, change_note: str = "") -> FlowVersion:
    """Turn the draft into the next version. Raise FlowRefused while the lint finds an error."""
    require_editor(by, flow)
    with transaction.atomic():
        flow = lock_flow(flow)
        draft = FlowDraft.objects.filter(flow=flow).first()
        if draft is None:
            raise FlowRefused("There is no draft to publish.")
        graph = Graph.model_validate(draft.content)
        refuse_errors(flow, graph)
        version = add_version(flow, graph, by=by, change_note=change_note)
        draft.delete()
    return version


def republish(*, version: FlowVersion, by: User) -> FlowVersion:
    """Roll back: publish an earlier version once more, under the next number. The draft stays."""
    require_editor(by, version.flow)
    with transaction.atomic():
        flow = lock_flow(version.flow)
        if flow.published_id == version.pk:
            raise FlowRefused(f"Version {version.number} is the published one already.")
        refuse_errors(flow, version.graph)
        return add_version(flow, version.graph, by=by, change_note=f"Back to version {version.number}")


def archive_flow(*, flow: Flow, by: User) -> Flow:
    """Take the flow out of the library; its sessions keep running. Refused while another flow calls it."""
    require_editor(by, flow)
    with transaction.atomic():
        flow = lock_flow(flow)
        if callers := calling_flows(flow).count():
            noun = "flow calls" if callers == 1 else "flows call"
            raise FlowRefused(f"{callers} other {noun} this one. Change them first.")
        flow.archived_at = timezone.now()
        flow.save(update_fields=["archived_at", "updated_at"])
    return flow


def restore_flow(*, flow: Flow, by: User) -> Flow:
    """Put an archived flow back into the library. Refused when what it calls is gone."""
    require_editor(by, flow)
    with transaction.atomic():
        flow = lock_flow(flow)
        if flow.published:
            refuse_errors(flow, flow.published.graph)
        flow.archived_at = None
        flow.save(update_fields=["archived_at", "updated_at"])
    return flow


def verify_flow(*, flow: Flow, by: User) -> Flow:
    """Put on record that the published version was looked through and is right; its review is due anew from now."""
    require_editor(by, flow)
    with transaction.atomic():
        flow = lock_flow(flow)
        if flow.published is None:
            raise FlowRefused("Nothing is published yet. Publish the draft first.")
        flow.verified_by, flow.verified_at = by, timezone.now()
        flow.save(update_fields=["verified_by", "verified_at", "updated_at"])
    return flow


def count_start(flow_id: int) -> None:
    Flow.objects.filter(pk=flow_id).update(runs=F("runs") + 1)


def count_end(flow_id: int, *, resolved: bool, at: datetime) -> None:
    """Count a finished run. Only a resolved one moves the date of the last success."""
    counts: dict[str, Any] = {"finished_runs": F("finished_runs") + 1}
    if resolved:
        counts |= {"resolved_runs": F("resolved_runs") + 1, "last_resolved_at": at}
    Flow.objects.filter(pk=flow_id).update(**counts)


def require_editor(by: User, flow: Flow) -> None:
    if not may_edit(by, flow):
        raise PermissionDenied


def lock_publishing() -> None:
    """One publication at a time, so that two cannot close a circle of calls between them."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [PUBLISHING_LOCK])


def lock_flow(flow: Flow) -> Flow:
    lock_publishing()
    return Flow.objects.select_for_update(of=("self",), no_key=True).select_related("team", "published").get(pk=flow.pk)


def findings_of(flow: Flow, graph: Graph) -> list[Finding]:
    """What the lint says of a graph as the flow's next version."""
    facts = subflow_facts(graph.calls(), team_id=flow.team_id, owner_id=private_owner(flow))
    return lint(graph, subflows=facts, slug=flow.slug, visibility=flow.visibility)


def private_owner(flow: Flow) -> int | None:
    return flow.owner_id if flow.visibility == Visibility.PRIVATE else None


def refuse_errors(flow: Flow, graph: Graph) -> None:
    if found := errors(findings_of(flow, graph)):
        more = f" There are {len(found) - 1} more errors." if len(found) > 1 else ""
        raise FlowRefused(f"{found[0].message}{more} Nothing was changed.", found)


def add_version(flow: Flow, graph: Graph, *, by: User | None, change_note: str) -> FlowVersion:
    """Publish a graph without lint errors as the next version of a locked flow."""
    last = flow.versions.order_by("-number").values_list("number", flat=True).first() or 0
    version = FlowVersion.objects.create(
        team=flow.team, flow=flow, number=last + 1, content=graph.content(), change_note=change_note, published_by=by
    )
    flow.published, flow.kind = version, graph.kind
    flow.verified_by = flow.verified_at = None  # what somebody looked through was another version
    flow.save(update_fields=["published", "kind", "verified_by", "verified_at", "updated_at"])
    index_flow(flow)
    return version
