"""The product's settings on a scratch database."""

from resolutionflow.settings import *  # noqa: F403
from resolutionflow.settings import DATABASES, INSTALLED_APPS

INSTALLED_APPS.append("bench")
NAME = "rf_bench"
DATABASES["default"] |= {"NAME": NAME, "TEST": {"NAME": NAME}}
ROOT_URLCONF = "bench.floor"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
