from django.apps import AppConfig
from django.core.checks import Tags, register
from django.utils.module_loading import autodiscover_modules

from apps.core.checks import database_is_suitable


class CoreConfig(AppConfig):
    name = "apps.core"

    def ready(self) -> None:
        register(database_is_suitable, Tags.database)
        autodiscover_modules("handlers")
