from django.apps import AppConfig


class DocumentationConfig(AppConfig):
    name = "apps.documentation"
