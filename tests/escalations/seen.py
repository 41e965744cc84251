"""What people see: the words of a page, and what the bell told them."""

import re

from django.http import HttpResponse

from apps.notifications.models import Notification
from apps.teams.models import User


def text(response: HttpResponse) -> str:
    return " ".join(re.sub(r"<[^>]+>", " ", response.content.decode()).split())


def told(person: User) -> list[str]:
    """Kinds of notice in the person's bell, the oldest first."""
    return list(Notification.objects.of(person).order_by("pk").values_list("notice", flat=True))
