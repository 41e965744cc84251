"""How the kinds of flows and steps look."""

from typing import Any

from django import template

register = template.Library()

FLOW_ICONS = {
    "troubleshooting": "git-branch",
    "passage": "workflow",
    "procedure": "list-checks",
    "maintenance": "calendar-clock",
}
NODE_LOOKS = {
    "question": ("q", "circle-help"),
    "action": ("action", "wrench"),
    "verify_caller": ("q", "user-check"),
    "sub_flow": ("sub", "workflow"),
    "resolution": ("done", "circle-check"),
    "escalation": ("up", "life-buoy"),
    "step": ("action", "square-check"),
}
INPUT_TYPES = {"number": "number", "date": "date", "secret": "password"}


@register.filter
def flow_icon(kind: str) -> str:
    return FLOW_ICONS[kind]


@register.filter
def node_class(node: Any) -> str:
    return NODE_LOOKS[node.kind][0]


@register.filter
def node_icon(node: Any) -> str:
    return NODE_LOOKS[node.kind][1]


@register.filter
def input_type(kind: str) -> str:
    """The type of the input that takes a variable of this kind."""
    return INPUT_TYPES.get(kind, "text")
