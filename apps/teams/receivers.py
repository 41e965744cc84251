"""What follows from signing out and from a new password."""

from typing import Any

from allauth.account.signals import password_changed, password_reset
from django.contrib.auth.signals import user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest

from apps.core.live import cut_streams
from apps.teams.models import User


@receiver(user_logged_out)
def end_streams_of_session(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    """The session is let go of here, before anybody is told: Django does it after this signal, and a page that
    reconnects in between would still be let in.
    """
    if user:
        request.session.flush()
        cut_streams(user.pk)


@receiver([password_changed, password_reset])
def end_streams_of_old_password(sender: Any, user: User, **kwargs: Any) -> None:
    cut_streams(user.pk)
