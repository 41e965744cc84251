"""Writes on flows."""

from datetime import datetime
from typing import Any

from django.db.models import F, Q

from apps.flows.models import Flow, FlowVersion


def resolve_subflow(slug: str, team_id: int) -> FlowVersion | None:
    """The published version of the flow that a slug names for a team: the team's own before the platform's."""
    rows = Flow.objects.live().filter(Q(team_id=team_id) | Q(team=None), slug=slug).exclude(visibility="private")
    flow = rows.select_related("published").order_by(F("team").asc(nulls_last=True)).first()
    return flow.published if flow else None


def count_start(flow_id: int) -> None:
    """Count a session that began with the flow."""
    Flow.objects.filter(pk=flow_id).update(runs=F("runs") + 1)


def count_end(flow_id: int, *, resolved: bool, at: datetime) -> None:
    """Count a session that ended, and remember when one last ended well."""
    counts: dict[str, Any] = {"finished_runs": F("finished_runs") + 1}
    if resolved:
        counts |= {"resolved_runs": F("resolved_runs") + 1, "last_resolved_at": at}
    Flow.objects.filter(pk=flow_id).update(**counts)
