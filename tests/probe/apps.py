from django.apps import AppConfig


class ProbeConfig(AppConfig):
    """Handlers that call a receiver of the tests, and some that misbehave."""

    name = "tests.probe"
