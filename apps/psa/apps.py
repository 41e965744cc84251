from django.apps import AppConfig


class PsaConfig(AppConfig):
    name = "apps.psa"
