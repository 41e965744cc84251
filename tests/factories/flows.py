from typing import Any

import factory

from apps.flows.models import Flow, FlowVersion
from tests.factories.teams import TeamFactory

# A small graph with every way to go: an answer, a repair that may fail, a good end and a hand-over.
GRAPH: dict[str, Any] = {
    "kind": "troubleshooting",
    "start": "scope",
    "nodes": [
        {
            "id": "scope",
            "kind": "question",
            "title": "Who is affected?",
            "options": [
                {"label": "One person", "to": "restart"},
                {"label": "Everybody", "to": "hand-over"},
            ],
        },
        {
            "id": "restart",
            "kind": "action",
            "title": "Restart the client",
            "commands": [
                {"text": "Restart-Service rasman", "where": "User's PC", "run_as": "elevated", "effect": "change"}
            ],
            "options": [
                {"label": "It works again", "to": "done", "outcome": "fixed"},
                {"label": "No change", "to": "hand-over", "outcome": "not_fixed"},
            ],
        },
        {"id": "done", "kind": "resolution", "title": "Client restarted", "summary": "The client was restarted."},
        {"id": "hand-over", "kind": "escalation", "title": "Hand over", "have_ready": ["The log"]},
    ],
}


class FlowFactory(factory.django.DjangoModelFactory):
    """A flow without a version; published_flow() makes one that can be started."""

    class Meta:
        model = Flow

    team = factory.SubFactory(TeamFactory)
    slug = factory.Sequence(lambda n: f"flow-{n}")
    title = factory.Sequence(lambda n: f"Flow {n}")


def publish(flow: Flow, content: dict[str, Any]) -> FlowVersion:
    number = flow.versions.count() + 1
    flow.published = FlowVersion.objects.create(team=flow.team, flow=flow, number=number, content=content)
    flow.save()
    return flow.published


def published_flow(content: dict[str, Any] | None = None, **fields: Any) -> Flow:
    flow = FlowFactory(**fields)
    publish(flow, content or GRAPH)
    return flow
