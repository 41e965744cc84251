from django.apps import AppConfig


class SessionsConfig(AppConfig):
    """The label avoids a clash with Django's own sessions app."""

    name = "apps.sessions"
    label = "flow_sessions"
