from resolutionflow.settings import *  # noqa: F403
from resolutionflow.settings import DATABASES, STORAGES

DATABASES["default"] = {**DATABASES["default"], "OPTIONS": {}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
