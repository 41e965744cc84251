"""What became of what left, or is to leave, on any page."""

from typing import Any

from django import template

from apps.core.outbox.selectors import rows_of_subject

register = template.Library()


@register.inclusion_tag("core/_outbox.html", takes_context=True)
def outbox(context: dict[str, Any], subject: str) -> dict[str, Any]:
    """`{% outbox "session:1042" %}`: the state of the subject's rows, which stays true while the page is open."""
    user = context["request"].user
    return {
        "subject": subject,
        "rows": rows_of_subject(user, subject),
        "user": user,
        "csrf_token": context.get("csrf_token"),
    }
