"""The bell of the top bar, and what its rows say."""

from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.formats import date_format

from apps.notifications.models import MOST_COUNTED
from apps.notifications.selectors import closed_bell

register = template.Library()


@register.inclusion_tag("notifications/_top_bell.html", takes_context=True)
def top_bell(context: dict[str, Any]) -> dict[str, Any]:
    """Draw the bell; its list is fetched when it is opened."""
    return {"bell": closed_bell(context["user"]), "csrf_token": context.get("csrf_token")}


@register.filter
def counted(number: int) -> str:
    """A count as far as it is counted: "3", "99+"."""
    return str(number) if number <= MOST_COUNTED else f"{MOST_COUNTED}+"


@register.filter
def told_at(moment: datetime) -> str:
    """A time as short as it is clear: "14:05" today, else "3 Mar, 14:05"."""
    local = timezone.localtime(moment)
    return date_format(local, "H:i" if local.date() == timezone.localdate() else "j M, H:i")
