import os

from resolutionflow.settings import *  # noqa: F403
from resolutionflow.settings import DATABASES, INSTALLED_APPS, STORAGES

INSTALLED_APPS.append("tests.probe")
DATABASES["default"] = {**DATABASES["default"], "OPTIONS": {}}
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
if port := os.environ.get("RF_TEST_MAIL_PORT"):  # of a worker whose mail a test counts; no server but on this machine
    EMAIL_BACKEND, EMAIL_HOST, EMAIL_PORT = "apps.core.egress.smtp.Backend", "127.0.0.1", int(port)
RF_PSA_CALLS_A_MINUTE = int(os.environ.get("RF_PSA_CALLS_A_MINUTE", "60000"))  # no fake is slow enough to wait for
if not os.environ.get("RF_SOAK"):
    RF_LEASE_MARGIN, RF_STILL_SECONDS, RF_PSA_SETTLE_SECONDS = 2, 10, 1
