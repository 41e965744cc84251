"""What every template may use: icons, fields, the theme, permissions."""

from datetime import datetime
from functools import cache, lru_cache
from typing import Any

from django import template
from django.forms import BoundField, CheckboxInput, CheckboxSelectMultiple, RadioSelect
from django.http import HttpRequest
from django.template import defaulttags
from django.template.base import Parser, Token
from django.templatetags.static import static
from django.urls import NoReverseMatch, reverse
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe

from apps.core.permissions import Permission
from apps.core.permissions import may as user_may

register = template.Library()


@register.simple_tag
def icon(name: str, classes: str = "") -> SafeString:
    """Draw an icon of static/vendor/lucide/icons.svg; the words beside it, or the button's label, say what it means."""
    return _icon(name, classes)


@cache
def _icon(name: str, classes: str) -> SafeString:
    href = f"{static('vendor/lucide/icons.svg')}#{name}"
    return format_html(
        '<svg class="{}" aria-hidden="true"><use href="{}"/></svg>', f"i {classes}" if classes else "i", href
    )


class AddressNode(defaulttags.URLNode):
    """`{% url %}` that remembers what it looked up; Django searches anew each time, twenty times for an answer."""

    def render(self, context: template.Context) -> str:
        if self.kwargs:
            return super().render(context)
        try:
            address = path_of(self.view_name.resolve(context), *(arg.resolve(context) for arg in self.args))
        except NoReverseMatch:
            return super().render(context)  # it knows where none is needed
        if self.asvar is None:
            return address
        context[self.asvar] = address
        return ""


@register.tag
def url(parser: Parser, token: Token) -> AddressNode:
    node = defaulttags.url(parser, token)
    return AddressNode(node.view_name, node.args, node.kwargs, node.asvar)


@lru_cache(maxsize=2000)
def path_of(name: str, *args: object) -> SafeString:
    return escape(reverse(name, args=args))


@register.inclusion_tag("components/field.html")
def field(bound: BoundField, wrap: str = "", **attrs: Any) -> dict[str, Any]:
    """Draw a field with label, help and errors; `attrs` go to the control (`_` becomes `-`), `wrap` is a class."""
    names = {name.replace("_", "-"): value for name, value in attrs.items()}
    tick = isinstance(bound.field.widget, CheckboxInput)
    several = isinstance(bound.field.widget, RadioSelect | CheckboxSelectMultiple)
    control = bound.as_widget(attrs=names if tick else {"class": "in-text", **names})
    return {"bound": bound, "control": control, "tick": tick, "several": several, "wrap": wrap}


@register.simple_tag(takes_context=True)
def nav(context: dict[str, Any], url_name: str, icon_name: str, label: str) -> SafeString:
    """Draw a line of the sidebar; it is the current one on its page and on the pages beneath it."""
    url = reverse(url_name)
    path = context["request"].path
    return _nav(url, icon_name, label, path == url or (url != "/" and path.startswith(url)))


@cache
def _nav(url: str, icon_name: str, label: str, current: bool) -> SafeString:
    return format_html(
        '<a class="nav" href="{}"{} title="{}">{}<span class="label">{}</span></a>',
        url,
        mark_safe(' aria-current="page"' if current else ""),  # noqa: S308 - an attribute of ours
        label,
        icon(icon_name),
        label,
    )


@register.simple_tag(takes_context=True)
def theme(context: dict[str, Any]) -> str:
    """ "light", "dark", or "" where the system decides."""
    request: HttpRequest | None = context.get("request")
    chosen = request.COOKIES.get("theme", "") if request else ""
    return chosen if chosen in ("light", "dark") else ""


@register.filter
def may(user: Any, permission: str) -> bool:
    """`{% if user|may:"RUN_SESSIONS" %}`: whether the user's role holds the permission of that name."""
    return user_may(user, Permission[permission])


@register.filter(expects_localtime=True)
def hour(at: datetime) -> str:
    """ "14:05"; Django's `date:"H:i"`, for lists of many."""
    return f"{at:%H:%M}"


@register.filter
def minutes(seconds: int) -> str:
    """Seconds as people say them: "18 min", "1 h 10 min"."""
    hours, rest = divmod(round(seconds / 60), 60)
    return f"{hours} h {rest} min" if hours else f"{rest} min"


@register.filter
def clock(seconds: int) -> str:
    """Seconds as a stopwatch shows them: "18:42", "1:02:07"."""
    hours, rest = divmod(seconds, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


@register.filter
def whole_minutes(seconds: int) -> int:
    """Seconds as minutes, rounded up so that "all of it" is all."""
    return -(-seconds // 60)
