import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "resolutionflow.settings")
os.environ.setdefault("RF_DATABASE_POOL", "10")
application = get_asgi_application()
