from django.http import HttpRequest

from apps.teams.models import User


class UserRequest(HttpRequest):
    """The request in a view behind @allow: its user is signed in."""

    user: User
