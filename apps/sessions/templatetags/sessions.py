"""Texts of a flow as the session shows them."""

import re
from collections.abc import Mapping
from html import escape as plainly
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from django import template
from django.utils import timezone
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from apps.core.markdown import render_markdown
from apps.core.templatetags.ui import hour, icon, path_of
from apps.flows.graph import PLACEHOLDER, Variable
from apps.flows.variables import fill
from apps.sessions.models import StepRecord
from apps.sessions.selectors import Desk

register = template.Library()
_LINK = re.compile(r"\]\([^)\s]*\)")


@register.simple_tag
def flow_text(desk: Desk, text: str) -> SafeString:
    """Markdown of a flow with the session's values put in as plain text, in code too; what is missing is marked."""
    in_links = {name: quote(value, safe="") for name, value in desk.values.items()}
    html = render_markdown(_LINK.sub(lambda link: fill(link[0], in_links), text))
    texts = {name: str(escape(value)) for name, value in desk.values.items()}
    return _named_gaps(desk, mark_safe(fill(html, texts)))  # noqa: S308 - the values are escaped


@register.filter
def filled(text: str, desk: Desk) -> SafeString:
    """Plain text of a flow with the session's values put in; what is missing is marked by its label."""
    return _named_gaps(desk, escape(fill(text, desk.values)))


@register.filter
def gaps(text: str) -> SafeString:
    """A command in which the variables without a value are marked; they read as they are copied."""
    return mark_safe(PLACEHOLDER.sub(lambda gap: _gap(gap[0]), str(escape(text))))  # noqa: S308 - escaped above


def _named_gaps(desk: Desk, html: SafeString) -> SafeString:
    if "{{" not in html:
        return html
    labels = {variable.name: variable.label for variable in desk.declared}
    return mark_safe(PLACEHOLDER.sub(lambda gap: _gap(labels.get(gap[1], gap[1])), html))  # noqa: S308 - html is clean


def _gap(label: str) -> str:
    return format_html('<mark class="gap">{}</mark>', label)


_MARKS: dict[str, tuple[str, str]] = {"skipped": ("skipped", "skip-forward"), "not_fixed": ("bad", "x")}
_MOVE = (
    '<input type="hidden" name="csrfmiddlewaretoken" value="{}"><input type="hidden" name="revision" value="{}">'
    '<input type="hidden" name="step" value="{}">'
)
_ACTION = (
    '<a class="{}" href="{}" hx-get="{}" hx-target="#stage" hx-swap="outerHTML" data-key="{}" aria-keyshortcuts="{}">'
    '{}<span class="full">{}</span><span class="short">{}</span><kbd aria-hidden="true">{}</kbd></a>'
)


@register.simple_tag
def path_line(record: StepRecord, may_act: bool) -> SafeString:
    """A step of the path that is done. Every answer draws eight, and a template takes ten times as long for each."""
    classes, mark = _MARKS.get(record.outcome, ("", "check"))
    asked, answered = plainly(record.asked), plainly(record.answered)
    if may_act:
        asked = (
            f'<button class="link" form="back-form" name="ordinal" value="{record.ordinal}" title="Change this answer">'
            f"{asked}</button>"
        )
    at = "before" if record.entered_afterwards else hour(timezone.localtime(record.left_at))
    return mark_safe(  # noqa: S308 - escaped above
        f'<li class="{classes}"><span class="dot">{icon(mark)}</span>{asked}'
        f"<small>{f'<b>{answered}</b>' if answered else ''}<time>{at}</time></small></li>"
    )


@register.simple_tag(takes_context=True)
def move(context: template.Context) -> SafeString:
    """What every form of a move names: its token, the revision and the step it was made on."""
    desk = context["desk"]
    return format_html(_MOVE, context["csrf_token"], desk.flow_session.revision, desk.step)


@register.simple_tag(takes_context=True)
def action(
    context: template.Context, name: str, key: str, icon_name: str, full: str, short: str, classes: str = "btn"
) -> SafeString:
    """A button of the bar that opens a panel in place of the step."""
    url = path_of("sessions:session-panel", context["flow_session"].pk, name)
    return format_html(_ACTION, classes, url, url, key, key.upper(), icon(icon_name), full, short, key.upper())


@register.filter
def value_of(values: Mapping[str, Any], name: str) -> Any:
    return values.get(name, "")


@register.simple_tag
def draft_of(desk: Desk, variable: Variable) -> SafeString:
    """Begins the element that keeps what is typed into a field of the step."""
    field, session = f"var-{variable.name}", desk.flow_session.pk
    address = f"{path_of('sessions:session-draft', session, field)}?step={quote(desk.step)}"
    return format_html('<rf-draft key="{}:{}:{}:{}" url="{}">', desk.user.pk, session, desk.step, field, address)


@register.simple_tag
def invalid(variable: Variable, wrong: Mapping[str, str]) -> SafeString:
    said = wrong.get(f"var-{variable.name}")
    named = ' aria-invalid="true" aria-describedby="var-{}_error"'
    return format_html(named, variable.name) if said else SafeString()


@register.simple_tag
def error_of(variable: Variable, wrong: Mapping[str, str]) -> SafeString:
    said = wrong.get(f"var-{variable.name}")
    shown = '<small class="err" id="var-{}_error" role="alert">{}</small>'
    return format_html(shown, variable.name, said) if said else SafeString()


@register.simple_tag
def start_key() -> SafeString:
    """Names the form, so that it starts one session however often it is sent."""
    return format_html('<input type="hidden" name="start_key" value="{}">', uuid4())
