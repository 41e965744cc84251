from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from apps.core.http import render_page_or_fragment
from apps.core.permissions import Permission, allow
from apps.flows.diff import diff
from apps.flows.exchange import flow_text
from apps.flows.forms import LibraryForm
from apps.flows.layout import draw, outline
from apps.flows.models import FlowVersion
from apps.flows.selectors import flow_detail, flow_versions, library_categories, library_page, version_before
from apps.psa.models import Client

SUGGESTED_CLIENTS = 500


@require_safe
@allow(Permission.VIEW_FLOWS)
def library(request: Any) -> HttpResponse:
    form = LibraryForm(request.GET)
    query = form.query()
    context = {
        "form": form,
        "query": query,
        "page": library_page(request.user, query),
        "categories": library_categories(request.user),
    }
    return render_page_or_fragment(request, "flows/library.html", "flows/_flows.html", context)


@require_safe
@allow(Permission.VIEW_FLOWS)
def flow_page(request: Any, flow_id: int) -> HttpResponse:
    flow = get_object_or_404(flow_detail(request.user), pk=flow_id)
    context = {
        "flow": flow,
        "versions": flow_versions(flow),
        "clients": Client.objects.visible_to(request.user).order_by("name")[:SUGGESTED_CLIENTS],
        **picture(flow.published),
    }
    return render(request, "flows/flow.html", context)


@require_safe
@allow(Permission.VIEW_FLOWS)
def flow_version(request: Any, flow_id: int, number: int) -> HttpResponse:
    """One version, and what it changed."""
    version = visible_version(request, flow_id, number)
    before = version_before(version)
    differences = diff(before.graph, version.graph) if before else []
    context = {"version": version, "before": before, "differences": differences, **picture(version)}
    return render(request, "flows/version.html", context)


@require_safe
@allow(Permission.VIEW_FLOWS)
def version_download(request: Any, flow_id: int, number: int) -> HttpResponse:
    version = visible_version(request, flow_id, number)
    name = f"{version.flow.slug}.yaml"
    return HttpResponse(
        flow_text(version.flow, version),
        content_type="application/yaml; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def visible_version(request: Any, flow_id: int, number: int) -> FlowVersion:
    flow = get_object_or_404(flow_detail(request.user), pk=flow_id)
    return get_object_or_404(flow_versions(flow), number=number)


def picture(version: FlowVersion | None) -> dict[str, Any]:
    """The graph as a drawing and in words."""
    if version is None:
        return {}
    return {"graph": version.graph, "drawing": draw(version.graph), "outline": outline(version.graph)}
