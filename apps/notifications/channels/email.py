"""E-mail to one person: text and HTML from templates/emails, without pictures, with the way to the preferences."""

from functools import partial

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse

from apps.core.egress import Letter, Mail
from apps.notifications.kinds import KINDS
from apps.notifications.models import Delivery


def mail_of(delivery: Delivery, to: str, key: str) -> Mail:
    preferences = address_of(reverse("notifications:preferences"))
    links = {"url": address_of(delivery.url), "preferences": preferences}
    kind = KINDS.get(delivery.notice)
    texts = {"title": delivery.title, "body": delivery.body, "kind": kind.label if kind else ""}
    return Mail(to, texts, partial(_letter, links), key, {"List-Unsubscribe": f"<{preferences}>"})


def address_of(path: str) -> str:
    return f"{settings.SITE_URL}{path}"


def _letter(links: dict[str, str], texts: dict[str, str]) -> Letter:
    context = {**texts, **links}
    text, html = (render_to_string(f"emails/notice.{form}", context) for form in ("txt", "html"))
    return Letter(texts["title"], text, html)
