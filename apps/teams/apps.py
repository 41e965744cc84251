from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class TeamsConfig(AppConfig):
    name = "apps.teams"

    def ready(self) -> None:
        autodiscover_modules("receivers")
