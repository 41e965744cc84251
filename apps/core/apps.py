from django.apps import AppConfig
from django.core.checks import Tags, register

from apps.core.checks import database_is_suitable


class CoreConfig(AppConfig):
    name = "apps.core"

    def ready(self) -> None:
        register(database_is_suitable, Tags.database)
