from django.apps import AppConfig
from django.core.checks import Tags, register
from django.db.backends.signals import connection_created
from django.utils.module_loading import autodiscover_modules

from apps.core.checks import database_is_suitable
from apps.core.timestamps import read_in_utc


class CoreConfig(AppConfig):
    name = "apps.core"

    def ready(self) -> None:
        register(database_is_suitable, Tags.database)
        connection_created.connect(read_in_utc)
        autodiscover_modules("handlers")
